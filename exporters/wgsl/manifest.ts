import { z } from "zod";
import { configSchema, timingSchema } from "../../profiles/schema.ts";

/** Version of the manifest's layout; a reader refuses another. */
export const MANIFEST_VERSION = 1;

const count = z.number().int().nonnegative();
const formula = z.string().meta({
  description:
    "Whole numbers, axis letters and names declared before; + - * / % (division rounds down), comparisons " +
    "(1 or 0), ceilDiv(a, b), min(a, b), max(a, b), select(condition, then, otherwise). Known everywhere: maxBinding, " +
    "the smaller of maxStorageBufferBindingSize and maxBufferSize, and maxGroups, maxComputeWorkgroupsPerDimension",
});
const lets = z.record(z.string(), formula).meta({
  description: "Names for formulas, in order; each may use those before it",
});
const three = <T extends z.ZodType>(item: T) => z.tuple([item, item, item]);

const matrixShape = z.object({
  componentType: z.string(),
  resultComponentType: z.string(),
  M: count,
  N: count,
  K: count,
});

const bundleDeviceSchema = z.object({
  slug: z.string(),
  vendor: z.string(),
  architecture: z.string(),
  device: z.string(),
  description: z.string(),
  driver: z.string(),
  backend: z.enum(["builtin", "dawn", "browser"]),
  runtime: z.string(),
  software: z.boolean().meta({ description: "True for a CPU adapter: its times say nothing about a GPU" }),
}).meta({ description: "A device whose profile was exported" });

const paramSchema = z.union([
  z.object({ name: z.string(), type: z.literal("u32"), value: formula }),
  z.object({
    name: z.string(),
    type: z.literal("f32"),
    value: z.number().meta({ description: "Where the caller gives no scale" }),
    perScale: z.number().meta({ description: "The caller's scale times this, where there is one" }),
  }),
]).meta({ description: "One 4-byte word of the uniform block, in order" });

const passSchema = z.object({
  label: z.string(),
  file: z.string().meta({ description: "WGSL file of the bundle" }),
  entryPoint: z.string(),
  features: z.array(z.string()),
  workgroupSize: three(count),
  workgroupBytes: count.meta({ description: "Workgroup memory" }),
  params: z.array(paramSchema).meta({ description: "The uniform block at @group(0) @binding(0)" }),
  bindings: z.array(z.object({
    binding: count,
    buffer: z.string(),
    access: z.enum(["read", "read_write"]),
  })).meta({ description: "Storage buffers of @group(0)" }),
  workgroups: three(formula),
}).meta({ description: "One dispatch in every round of the loops" });

const bufferSchema = z.object({
  name: z.string(),
  dtype: z.enum(["f32", "f16", "u32", "i32"]),
  role: z.enum(["input", "output", "state", "scratch"]).meta({
    description: "A state is read and written in place; scratch needs no content",
  }),
  length: formula.meta({ description: "Elements; bytes are rounded up to a multiple of 4" }),
});

const variantSchema = z.object({
  id: z.string().meta({ description: "family:tunable=value;..." }),
  config: configSchema,
  device: count.optional().meta({
    description: "Index of the device it was tuned on; absent: runs everywhere",
  }),
  bucket: z.string().optional().meta({ description: "Workload bucket it won" }),
  classes: z.record(z.string(), count).meta({ description: "Upper ends of the bucket's size classes" }),
  exact: z.record(z.string(), count).meta({ description: "Axes that must be just that" }),
  storage: configSchema.meta({ description: "Storage types of the caller's tensors" }),
  measured: z.object({
    axes: z.record(z.string(), count),
    timing: timingSchema,
    error: z.number().nonnegative().meta({ description: "Largest RMS error ratio against float64" }),
    stale: z.string().optional().meta({ description: "Why the time is of other code than the text here" }),
  }).optional().meta({ description: "One call on that device; absent where none was timed" }),
  sourceHash: z.string(),
  tolerance: z.number().positive().meta({ description: "Largest RMS error ratio it is verified to" }),
  requires: z.object({
    features: z.array(z.string()),
    limits: z.record(z.string(), count),
    subgroupSize: z.object({ min: count, max: count }).optional(),
    subgroupMatrices: z.array(matrixShape).optional(),
  }),
  lets,
  holds: z.array(formula).meta({
    description: "Conditions under which the text is right, all of them not 0",
  }),
  loops: z.array(z.object({ index: z.string(), count: formula, lets })).meta({
    description: "What the passes are repeated over, the outermost first",
  }),
  buffers: z.array(bufferSchema),
  passes: z.array(passSchema),
}).meta({ description: "A config's WGSL for the sizes its conditions allow" });

const familySchema = z.object({
  doc: z.string(),
  axes: z.record(z.string(), z.object({ doc: z.string(), min: count, max: count })),
  classes: lets.meta({ description: "What each size class counts" }),
  storage: z.record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()]))).meta({
    description: "Storage types the bundle has variants for, the default first",
  }),
  tensors: z.record(z.string(), z.string()).meta({ description: "What the caller's buffers hold" }),
  variants: z.array(variantSchema),
});

export const manifestSchema = z.object({
  manifestVersion: z.literal(MANIFEST_VERSION),
  generator: z.string(),
  licence: z.string(),
  devices: z.array(bundleDeviceSchema),
  families: z.record(z.string(), familySchema),
}).meta({ description: "Kernels as WGSL, and everything a host needs to dispatch them" });

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFamily = z.infer<typeof familySchema>;
export type ManifestVariant = z.infer<typeof variantSchema>;
export type BundleDevice = z.infer<typeof bundleDeviceSchema>;

/** The manifest's JSON Schema, draft 2020-12. */
export function manifestJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(manifestSchema, { target: "draft-2020-12" });
  return { $schema, $id: `deltatune/manifest.v${MANIFEST_VERSION}.schema.json`, title: "manifest", ...rest };
}
