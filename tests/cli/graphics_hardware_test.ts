// Covers cli/graphics_hardware.ts: what doctor advises where a GPU is there and does not answer.
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import {
  describeHardware,
  type GraphicsHardware,
  graphicsHardware,
  stepsToGpu,
} from "../../cli/graphics_hardware.ts";

const BARE: GraphicsHardware = {
  gpus: [],
  hasLoader: true,
  drivers: [],
  overrides: [],
  renderNodes: [],
  lockedNodes: [],
  hasNvidiaModule: false,
};

Deno.test("stepsToGpu() has no step where there is no GPU", () => {
  deepStrictEqual(stepsToGpu({ ...BARE, hasLoader: false, overrides: ["VK_DRIVER_FILES=/nowhere"] }), []);
});

Deno.test("stepsToGpu() names the container setting where NVIDIA's module is loaded and its Vulkan part is missing", () => {
  const steps = stepsToGpu({ ...BARE, gpus: ["NVIDIA"], hasNvidiaModule: true, drivers: ["lvp_icd.json"] });
  strictEqual(steps.length, 1);
  match(steps[0], /NVIDIA_DRIVER_CAPABILITIES=all/);
});

Deno.test("stepsToGpu() lists loader, driver and permission for a GPU of Mesa's", () => {
  const node = "/dev/dri/renderD128";
  const steps = stepsToGpu({
    ...BARE,
    gpus: ["AMD"],
    hasLoader: false,
    renderNodes: [node],
    lockedNodes: [node],
  });
  strictEqual(steps.length, 3);
  match(steps[0], /libvulkan1/);
  match(steps[1], /mesa-vulkan-drivers/);
  match(steps[2], /renderD128.*render/);
});

Deno.test("stepsToGpu() names a variable that hides an installed driver", () => {
  const steps = stepsToGpu({
    ...BARE,
    gpus: ["Intel"],
    drivers: ["intel_icd.x86_64.json"],
    renderNodes: ["/dev/dri/renderD128"],
    overrides: ["VK_DRIVER_FILES=/nowhere"],
  });
  deepStrictEqual(steps, ["unset VK_DRIVER_FILES=/nowhere, which may hide the GPU's driver"]);
});

Deno.test("describeHardware() says what is missing", () => {
  strictEqual(
    describeHardware({ ...BARE, hasLoader: false }),
    "no GPU to be seen; no Vulkan loader; no Vulkan driver",
  );
  strictEqual(
    describeHardware({ ...BARE, gpus: ["NVIDIA"], drivers: ["nvidia_icd.json"] }),
    "NVIDIA GPU; Vulkan drivers nvidia_icd.json",
  );
});

Deno.test("graphicsHardware() looks without throwing", () => {
  strictEqual(typeof graphicsHardware().hasLoader, "boolean");
});
