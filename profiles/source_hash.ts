import { completeAxes } from "../kernels/core/axes.ts";
import type { AnyFamily, Axes, Capabilities, Plan } from "../kernels/core/family.ts";
import { SUBGROUP_MATRIX } from "../kernels/core/pass.ts";
import { type Config, FORMULATION, formulations, initialConfig } from "../kernels/core/space.ts";
import { neighbours } from "../kernels/core/walk_space.ts";

const PLENTY = 2 ** 31;
const limits: Capabilities["limits"] = {
  maxComputeWorkgroupStorageSize: 65536,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupSizeY: 1024,
  maxComputeWorkgroupSizeZ: 64,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 16,
  maxStorageBufferBindingSize: PLENTY,
  maxBufferSize: PLENTY,
};
const subgroupMatrices: Capabilities["subgroupMatrices"] = [[16, 16, 16], [16, 8, 16], [8, 8, 8]].map((
  [M, N, K],
) => ({ componentType: "f16", resultComponentType: "f32", M, N, K }));
/** Fixed devices that grant everything, matrix units too: what runs on them stands for the family's code, whatever device asks. */
const DEVICES: readonly Capabilities[] = (["naga", "tint"] as const).map((engine) => ({
  engine,
  features: ["shader-f16", "subgroups", "timestamp-query", SUBGROUP_MATRIX],
  limits,
  subgroupSize: { min: 32, max: 32 },
  subgroupMatrices,
}));

/** A family never changes while a program runs, and plans of all its neighbours take a tenth of a second. */
const hashes = new WeakMap<AnyFamily, Promise<string>>();

/**
 * Hash of what a family runs: the WGSL and dispatches of each formulation's initial variant and of every variant one
 * tunable away from it, at its initial axes, and its space. 16 hex digits. Comments and blanks in WGSL, and the words of tunables,
 * do not count: editing them must not make stored times stale.
 */
export function sourceHash(family: AnyFamily): Promise<string> {
  const hash = hashes.get(family) ?? computeHash(family);
  hashes.set(family, hash);
  return hash;
}

async function computeHash(family: AnyFamily): Promise<string> {
  const axes = completeAxes(family, {});
  const parts: unknown[] = [family.name, describeSpace(family)];
  for (const device of DEVICES) {
    for (const config of representatives(family)) {
      parts.push(describePlan(family, axes, config, device));
    }
  }
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The initial config of every formulation, each with its neighbours of the same formulation. */
function representatives({ space }: AnyFamily): Config[] {
  return formulations(space).flatMap((formulation) => {
    const initial = initialConfig<Config>(space, formulation);
    return [initial, ...neighbours(space, initial).filter((c) => c[FORMULATION] === formulation)];
  });
}

function describeSpace(family: AnyFamily): unknown {
  return {
    tunables: Object.entries(family.space.tunables).map((
      [name, { values, initial, formulations }],
    ) => [name, values, initial, formulations]),
    constraints: family.space.constraints.map(({ reason, formulations }) => [reason, formulations]),
  };
}

function describePlan(family: AnyFamily, axes: Axes, config: Config, device: Capabilities): unknown {
  let plan: Plan;
  try {
    plan = family.plan(axes, config, device);
  } catch (error) {
    if (error instanceof RangeError) return "cannot run";
    throw error;
  }
  return {
    buffers: plan.buffers,
    tolerance: plan.tolerance,
    passes: plan.passes.map((pass) => ({ ...pass, code: bareCode(pass.code) })),
  };
}

/** WGSL without comments and with every run of blanks as one. */
function bareCode(code: string): string {
  return code.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, " ").replace(/\s+/g, " ").trim();
}
