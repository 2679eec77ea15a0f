import { definePass } from "../../kernels/core/pass.ts";
import type { AnyFamily } from "../../kernels/core/family.ts";
import { defineSpace, oneOf } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import type { DeviceRecord, Timing, Trial, Winner } from "../../profiles/schema.ts";

/** Records for tests, each legal as it stands; `changes` replace fields. */
export function sampleDevice(changes: Partial<DeviceRecord> = {}): DeviceRecord {
  return {
    vendor: "nvidia",
    architecture: "hopper",
    device: "2330",
    description: "NVIDIA H100 80GB HBM3",
    driver: "570.1",
    backend: "builtin",
    runtime: "deno 2.9.6",
    software: false,
    features: [],
    limits: {},
    ...changes,
  };
}

export function sampleTiming(medianUs: number, changes: Partial<Timing> = {}): Timing {
  return {
    medianUs,
    madUs: 0.1,
    lowUs: medianUs * 0.99,
    highUs: medianUs * 1.01,
    samples: 9,
    repeats: 4,
    clock: "timestamp",
    ...changes,
  };
}

export function sampleTrial(changes: Partial<Trial> = {}): Trial {
  const config = changes.config ?? { tile: 16, wide: false };
  return {
    schemaVersion: 1,
    family: "toy",
    variant: formatVariant("toy", config),
    config,
    axes: { B: 1, T: 100, H: 4, K: 64 },
    status: "passed",
    error: 1e-6,
    timing: sampleTiming(10),
    sourceHash: "aaaa",
    driver: "570.1",
    at: "2026-11-23T10:00:00.000Z",
    ...changes,
  };
}

export function failedTrial(status: Trial["status"], changes: Partial<Trial> = {}): Trial {
  const { timing: _, error: __, ...rest } = sampleTrial(changes);
  return { ...rest, status, reason: changes.reason ?? `it was ${status}` };
}

export function sampleWinner(changes: Partial<Winner> = {}): Winner {
  const { variant, config, axes, sourceHash } = sampleTrial();
  return {
    family: "toy",
    bucket: "toy@T<=128,NH<=4,K=64",
    axes,
    variant,
    config,
    timing: sampleTiming(10),
    error: 1e-6,
    tiedWith: [],
    sourceHash,
    ...changes,
  };
}

/** A family of one pass that needs no GPU; `body` and `doc` stand for edits of its source. */
export function toyFamily({ body = "out[0] = f32(tile);", doc = "Width" } = {}): AnyFamily {
  const space = defineSpace({
    tile: oneOf([16, 32, 64], { initial: 16, doc }),
    wide: oneOf([false, true], { initial: false, doc: "Wide loads" }),
  }, [{ holds: (c) => !(c.wide && c.tile === 64), reason: "wide needs a tile below 64" }]);
  const family = {
    name: "toy",
    doc: "",
    axes: {
      B: { doc: "", initial: 1, min: 1, max: 8 },
      T: { doc: "", initial: 100, min: 1, max: 1 << 20 },
      H: { doc: "", initial: 4, min: 1, max: 64 },
      K: { doc: "", initial: 64, min: 1, max: 256 },
    },
    inputs: {},
    outputs: {},
    space,
    plan(axes, config, device) {
      if (config.tile === 64) throw new RangeError("Cannot plan toy: tile 64 is too wide");
      const code =
        `// adds\nconst tile: u32 = ${config.tile}u;\n@compute @workgroup_size(tile) fn main() { ${body} }`;
      return {
        id: formatVariant("toy", config),
        buffers: [{ name: "out", dtype: "f32", length: axes.T, role: "output", to: "out" }],
        passes: [definePass(device, {
          label: "add",
          code,
          params: [],
          buffers: ["*out"],
          workgroups: [Math.ceil(axes.T / Number(config.tile)), 1, 1],
        })],
        tolerance: 1e-5,
      };
    },
    reference: () => ({}),
    inputsFor: () => ({}),
    work: () => ({ flops: 1, bytes: 1 }),
    verifyAxes: () => [],
    axesOf: () => ({}),
    checkInputs: () => {},
  } satisfies AnyFamily;
  return family;
}
