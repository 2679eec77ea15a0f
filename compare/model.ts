import { z } from "zod";
import { decodeCall, prefillCall } from "./kernel_calls.ts";

const size = z.int().positive();
const layers = z.int().positive().meta({ description: "Layers of this kind" });

const linear = {
  heads: size,
  keyDim: size.meta({ description: "Key channels of a head, K" }),
  valueDim: size.meta({ description: "Value channels of a head, V" }),
  convWidth: z.int().min(0).meta({
    description: "Tokens a short convolution sees, on q, k and v; 0 for none",
  }),
  gateRank: z.int().min(0).optional().meta({
    description: "Rank of the decay's and the output gate's projections; 0 or absent for full rank",
  }),
};

/** What one layer mixes tokens with. */
export const mixerSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("kda"), ...linear }).meta({ description: "Kimi Delta Attention" }),
  z.strictObject({ kind: z.literal("gdn"), ...linear }).meta({ description: "Gated DeltaNet" }),
  z.strictObject({
    kind: z.literal("mla"),
    heads: size,
    latentDim: size.meta({ description: "Channels of a cached latent (kv_lora_rank)" }),
    ropeDim: size.meta({ description: "Channels of the key shared by all heads (qk_rope_head_dim)" }),
    nopeDim: size.meta({ description: "Channels of a head's own key (qk_nope_head_dim)" }),
    valueDim: size,
    queryRank: size.optional().meta({ description: "Rank of the query's projection; absent for full rank" }),
  }).meta({ description: "Multi-head latent attention" }),
  z.strictObject({
    kind: z.literal("gqa"),
    heads: size,
    kvHeads: size.meta({ description: "Heads of the cache; as many as heads for MHA" }),
    keyDim: size,
    valueDim: size,
  }).meta({ description: "Grouped-query attention" }),
]);

/** Everything that is no token mixing, for `--with-projections`. */
export const projectionsSchema = z.strictObject({
  hidden: size,
  vocab: size,
  denseLayers: z.int().min(0).meta({ description: "Layers whose MLP has no experts" }),
  denseWidth: z.int().min(0).meta({ description: "Inner width of such an MLP" }),
  experts: z.int().min(0).meta({ description: "Routed experts of the other layers" }),
  expertsPerToken: z.int().min(0),
  sharedExperts: z.int().min(0),
  expertWidth: z.int().min(0).meta({ description: "Inner width of an expert" }),
}).refine((p) => p.expertsPerToken <= p.experts, { error: "expertsPerToken must not exceed experts" });

export const modelSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "a name is lower-case letters, digits, dots and dashes"),
  doc: z.string().meta({ description: "What it is, in one sentence" }),
  source: z.string().optional().meta({ description: "Where the sizes come from" }),
  maxTokens: size.meta({ description: "Longest context the model takes" }),
  layers: z.array(z.strictObject({ layers, mixer: mixerSchema })).min(1).meta({
    description: "Kinds of layers, and how many there are of each; their order changes no time",
  }),
  projections: projectionsSchema.optional(),
}).refine(
  ({ layers, projections }) =>
    (projections?.denseLayers ?? 0) <= layers.reduce((sum, { layers }) => sum + layers, 0),
  { error: "projections.denseLayers must not exceed the model's layers" },
).meta({ description: "A language model, as far as its speed and memory depend on it" });

export type Mixer = z.infer<typeof mixerSchema>;
export type Projections = z.infer<typeof projectionsSchema>;
export type Model = z.infer<typeof modelSchema>;

/** A model from JSON text. Throws SyntaxError in one sentence: no JSON, an unknown field, sizes no kernel takes. */
export function parseModel(text: string, path: string): Model {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot read the model ${path}: it is no JSON, ${(error as Error).message}`);
  }
  const read = modelSchema.safeParse(value);
  if (!read.success) {
    const { path: at, message } = read.error.issues[0];
    const field = at.length > 0 ? `${at.join(".")}: ` : "";
    throw new SyntaxError(`Cannot read the model ${path}: ${field}${message}`);
  }
  checkKernels(read.data, path);
  return read.data;
}

/** Throws SyntaxError where a kernel would refuse a layer's sizes whatever the device. */
function checkKernels(model: Model, path: string): void {
  for (const { mixer } of model.layers) {
    try {
      for (const tokens of [1, model.maxTokens]) {
        decodeCall(mixer, tokens, 1);
        prefillCall(mixer, tokens);
      }
    } catch (error) {
      throw new SyntaxError(
        `Cannot read the model ${path}: no kernel takes its ${mixer.kind} layers. ${
          (error as Error).message
        }`,
      );
    }
  }
}
