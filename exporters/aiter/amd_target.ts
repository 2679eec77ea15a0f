import type { DeviceRecord } from "../../profiles/schema.ts";

/** What AITER calls a GPU. */
export interface AmdTarget {
  /** The compiler's name of the architecture, as in "gfx942". */
  readonly gfx: string;
  /** Compute units of the whole GPU, by which AITER tells cards of one architecture apart. */
  readonly computeUnits?: number;
  /** Workgroup memory of a compute unit. */
  readonly ldsBytes: number;
}

interface Model extends Omit<AmdTarget, "ldsBytes"> {
  /** What its name holds. */
  readonly name: RegExp;
  /** PCI device ids, of virtual functions too. */
  readonly ids?: readonly string[];
}

/** GPUs AITER's tables tell apart, and Radeons of the architectures it has Triton configs for. */
const MODELS: readonly Model[] = [
  { name: /MI300A/, ids: ["0x74a0"], gfx: "gfx942", computeUnits: 228 },
  { name: /MI300X/, ids: ["0x74a1", "0x74b5"], gfx: "gfx942", computeUnits: 304 },
  { name: /MI308X/, ids: ["0x74a2"], gfx: "gfx942", computeUnits: 80 },
  { name: /MI325X/, ids: ["0x74a5", "0x74b9"], gfx: "gfx942", computeUnits: 304 },
  { name: /MI350X/, ids: ["0x75a0"], gfx: "gfx950", computeUnits: 256 },
  { name: /MI355X/, ids: ["0x75a3"], gfx: "gfx950", computeUnits: 256 },
  { name: /RX 7900/, gfx: "gfx1100" },
  { name: /RX 7[78]00/, gfx: "gfx1101" },
  { name: /RX 7600/, gfx: "gfx1102" },
  { name: /8060S/, ids: ["0x1586"], gfx: "gfx1151" },
  { name: /RX 9060/, gfx: "gfx1200" },
  { name: /RX 9070|R9700/, ids: ["0x7550", "0x7551"], gfx: "gfx1201" },
];

/**
 * AITER's name of an AMD GPU: by its model, else as its architecture says, where that is a gfx name. WebGPU's words
 * for architectures ("rdna-3") stand for several of the compiler's, so they say nothing. Throws RangeError for those.
 */
export function amdTarget(device: Pick<DeviceRecord, "architecture" | "device" | "description">): AmdTarget {
  const { architecture, device: id, description } = device;
  const model = MODELS.find((one) => one.ids?.includes(id) || one.name.test(description));
  if (model) return { gfx: model.gfx, computeUnits: model.computeUnits, ldsBytes: ldsBytes(model.gfx) };
  if (/^gfx[0-9a-f]{3,4}$/.test(architecture)) return { gfx: architecture, ldsBytes: ldsBytes(architecture) };
  throw new RangeError(
    `Cannot tell AITER's name of ${description}: neither its PCI id "${id}" nor its architecture "${architecture}" ` +
      `stands for one gfx target; export a profile that says "gfx942" or the like as the device's architecture`,
  );
}

const ldsBytes = (gfx: string) => (gfx === "gfx950" ? 160 : 64) * 1024;
