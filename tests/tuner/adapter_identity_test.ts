import { deviceId, vendorName } from "../../tuner/adapter_identity.ts";
import { assertEquals } from "../assert.ts";

Deno.test("vendorName() and deviceId() spell wgpu's numbers as browsers do, and keep words", () => {
  assertEquals(["4318", "65541", "4660", "NVIDIA", ""].map(vendorName), [
    "nvidia",
    "mesa",
    "0x1234",
    "nvidia",
    "",
  ]);
  assertEquals(["9013", "0x2335", "Apple M4", ""].map(deviceId), ["0x2335", "0x2335", "Apple M4", ""]);
});
