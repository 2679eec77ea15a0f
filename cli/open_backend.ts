import type { DeviceRecord } from "../profiles/schema.ts";
import { type OpenDevice, openDevice } from "../tuner/open_device.ts";
import { driverVersion } from "./driver_version.ts";

/** WebGPU implementations this program can open: Deno's own, and Dawn from npm `webgpu`. */
export const BACKENDS = ["builtin", "dawn"] as const;
export type Backend = (typeof BACKENDS)[number];

/**
 * Robustness is off as no kernel here indexes out of bounds: every variant is verified. Quantised timestamps would step
 * by 100 us.
 */
const DAWN_OPTIONS = [
  "enable-dawn-features=allow_unsafe_apis,disable_robustness,vulkan_enable_f16_on_nvidia",
  "disable-dawn-features=timestamp_quantization",
];
/** Dawn crashes the process when its GPU object is collected. */
const alive: GPU[] = [];

/** The device of a backend's best adapter, or why there is none and what to do. */
export async function openBackend(backend: Backend): Promise<OpenDevice | string> {
  try {
    const found = backend === "dawn" ? await dawn() : builtin();
    if (typeof found === "string") return found;
    const adapter = await found.gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) {
      return backend === "builtin"
        ? "no WebGPU adapter answers"
        : "no adapter answers it; install the GPU's Vulkan driver, or add --software to compute on the CPU";
    }
    const opened = await openDevice(adapter, backend, found.runtime);
    return { ...opened, record: withDriver(opened.record) };
  } catch (error) {
    return `the adapter gives no device: ${(error as Error).message}`;
  }
}

/** A WebGPU implementation and its name with versions, as in `dawn 0.6.2 in deno 2.9.6`. */
interface Implementation {
  readonly gpu?: GPU;
  readonly runtime: string;
}

function builtin(): Implementation {
  return { gpu: navigator.gpu, runtime: `deno ${Deno.version.deno}` };
}

async function dawn(): Promise<Implementation | string> {
  try {
    const { default: { version } } = await import("webgpu/package.json", { with: { type: "json" } });
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    const gpu = create(DAWN_OPTIONS);
    alive.push(gpu);
    return { gpu, runtime: `dawn ${version} in deno ${Deno.version.deno}` };
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    return `npm webgpu, which carries it, does not load on ${Deno.build.os} ${Deno.build.arch} (${reason}); ` +
      "run `deno install`, or leave --backend out for Deno's own WebGPU";
  }
}

function withDriver(record: DeviceRecord): DeviceRecord {
  return { ...record, driver: driverVersion(record) };
}
