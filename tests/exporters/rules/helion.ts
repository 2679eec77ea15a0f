// Rules of vLLM's Helion configs, from vllm/kernels/helion: config_manager.py (ConfigSet.from_dict), register.py
// (ConfiguredHelionKernel), ops/mla_decode_fp8_per_token.py (its picker and its one open loop), and of
// helion/autotuner/config_spec.py (normalize), main branches of August 2026.
import { z } from "zod";

const size = z.number().int().positive();

/** The three axes the picker subscripts. */
const sizedKey = z.strictObject({ batch: size, seqlen: size, headspb: size });

/** Fields Helion knows of a kernel without reductions or tunables of its own; one not known is InvalidConfig. */
const helionConfig = z.strictObject({
  block_sizes: z.tuple([size.min(16).refine((n) => Number.isInteger(Math.log2(n)), "a power of two")]),
  loop_orders: z.array(z.array(size)).optional(),
  l2_groupings: z.array(size).optional(),
  num_warps: z.literal([1, 2, 4, 8, 16, 32]).optional(),
  num_stages: size.optional(),
  indexing: z.array(z.enum(["pointer", "block_ptr", "tensor_descriptor"])).optional(),
  pid_type: z.enum(["flat", "xyz", "persistent_blocked", "persistent_interleaved"]).optional(),
});

/** A file of `mla_decode_kv_split`: keys are unique, since a later entry would take the place of an earlier one. */
export const mlaDecodeFile = z.array(
  z.strictObject({ key: z.union([z.strictObject({}), sizedKey]), config: helionConfig }),
).min(1)
  .refine(
    (list) => new Set(list.map(({ key }) => JSON.stringify(key))).size === list.length,
    "a key stands twice",
  );

/** The config vLLM's picker takes for a call: nearest batch, then the least length and heads that are not less. */
export function pick(list: z.infer<typeof mlaDecodeFile>, batch: number, seqlen: number, heads: number) {
  const cases = list.flatMap(({ key, config }) => {
    const sized = sizedKey.safeParse(key);
    return sized.success ? [{ ...sized.data, config }] : [];
  });
  const nearest = cases.toSorted((a, b) => Math.abs(a.batch - batch) - Math.abs(b.batch - batch))[0];
  if (!nearest) return list.find(({ key }) => Object.keys(key).length === 0)?.config;
  const least = (values: number[], wanted: number) => {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted.find((value) => value >= wanted) ?? sorted.at(-1)!;
  };
  const ofBatch = cases.filter((one) => one.batch === nearest.batch);
  const length = least(ofBatch.map((one) => one.seqlen), seqlen);
  const ofLength = ofBatch.filter((one) => one.seqlen === length);
  const headspb = least(ofLength.map((one) => one.headspb), heads);
  return ofLength.find((one) => one.headspb === headspb)?.config;
}
