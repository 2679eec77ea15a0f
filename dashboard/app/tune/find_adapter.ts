import { identify, isSoftware } from "../../../tuner/adapter_identity.ts";

/** The GPU a page would tune. */
export interface FoundAdapter {
  readonly name: string;
  readonly isSoftware: boolean;
  /** What it has of what kernels can use, in words. */
  readonly has: readonly string[];
  readonly lacks: readonly string[];
}

const FEATURES: readonly (readonly [string, string])[] = [
  ["timestamp-query", "GPU timestamps"],
  ["shader-f16", "16-bit arithmetic"],
  ["subgroups", "subgroups"],
];

/** The browser's GPU, or why there is none and what to do. */
export async function findAdapter(): Promise<FoundAdapter | string> {
  if (!isSecureContext) {
    return "Browsers give WebGPU to secure pages only: open this page under localhost, or serve it over https.";
  }
  if (!navigator.gpu) {
    return "This browser has no WebGPU. Chrome, Edge, Safari 26 and Firefox 141 or newer have it; on Linux, Chrome " +
      "may need chrome://flags/#enable-unsafe-webgpu.";
  }
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    return "This browser has WebGPU but found no GPU for it: see chrome://gpu for the reason, and whether the " +
      "driver is installed and hardware acceleration is on.";
  }
  const { vendor, architecture, description } = identify(adapter.info, "browser");
  const has = (feature: string) => adapter.features.has(feature);
  return {
    name: description || `${vendor} ${architecture}`.trim() || "a GPU the browser does not name",
    isSoftware: isSoftware(adapter.info, description),
    has: FEATURES.filter(([feature]) => has(feature)).map(([, words]) => words),
    lacks: FEATURES.filter(([feature]) => !has(feature)).map(([, words]) => words),
  };
}
