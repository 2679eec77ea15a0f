// Rules of flash-linear-attention's config files, from fla/ops/utils/cache.py (KernelConfigFile, CachedAutotuner,
// sanitize_gpu_name) and the lists of fla/ops/common/chunk_delta_h.py, main branch of August 2026.
import { z } from "zod";

const power = z.union([1, 2, 4, 8, 16, 32].map((n) => z.literal(n)));

/** What maybe_load_cached_config subscripts from Triton 3.5.1 on; a missing one is a KeyError at the first call. */
const triton = z.strictObject({
  kwargs: z.record(z.string(), z.union([z.number().int(), z.boolean()])),
  num_warps: power,
  num_ctas: power,
  num_stages: z.number().int().positive(),
  maxnreg: z.number().int().positive().nullable().optional(),
  ir_override: z.string().nullable().optional(),
});

/** `{kernel_name}.json`: KernelConfigFile.from_dict. */
export const flaFile = z.strictObject({
  kernel_name: z.string(),
  triton_version: z.string().optional(),
  default_config: triton,
  autotune_entries: z.record(
    z.string().regex(/^[0-9a-f]{32}$/),
    z.strictObject({
      autotune_key: z.array(z.unknown()),
      config: triton,
      best_timing: z.array(z.number()).length(3).optional(),
    }),
  ).optional(),
});

/** What the state kernel is compiled for: its kwargs, and warps and stages it has on every GPU of fla's list. */
export const stateKernelConfig = triton.extend({
  kwargs: z.strictObject({ BV: z.union([z.literal(32), z.literal(64)]) }),
  num_warps: z.literal(2),
  num_ctas: z.literal(1),
  num_stages: z.literal(2),
});

/** load_cached_config in mode `default`: the kernel's file in FLA_CONFIG_DIR, its default_config. */
export function loadDefault(folder: ReadonlyMap<string, string>, kernel: string) {
  const text = folder.get(`${kernel}.json`);
  return text === undefined ? undefined : flaFile.parse(JSON.parse(text)).default_config;
}
