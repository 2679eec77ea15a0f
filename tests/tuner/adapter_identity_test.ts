import { deviceId, identify, vendorName } from "../../tuner/adapter_identity.ts";
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

Deno.test("identify() reads Dawn's name off `device` and its driver off `description`", () => {
  const info = (vendor: string, device: string, description: string) =>
    ({ vendor, architecture: "", device, description }) as GPUAdapterInfo;
  assertEquals(identify(info("nvidia", "nvidia-h200", "NVIDIA: 580.159.04"), "dawn"), {
    vendor: "nvidia",
    architecture: "",
    device: "h200",
    description: "NVIDIA H200",
    driver: "NVIDIA: 580.159.04",
  });
  const { device, description } = identify(
    info("google", "swiftshader-device-subzero-", "SwiftShader driver 5.0.0"),
    "dawn",
  );
  assertEquals([device, description], ["swiftshader-device-subzero", "Swiftshader Device Subzero"]);
  assertEquals(identify(info("4318", "9013", "NVIDIA H200"), "builtin"), {
    vendor: "nvidia",
    architecture: "",
    device: "0x2335",
    description: "NVIDIA H200",
    driver: "",
  });
});
