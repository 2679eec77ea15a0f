import { closest } from "../kernels/core/closest.ts";
import { type Model, modelSchema } from "./model.ts";
import fullMla48b from "./models/full_mla_48b.json" with { type: "json" };
import gdnHybrid48b from "./models/gdn_hybrid_48b.json" with { type: "json" };
import gqa848b from "./models/gqa8_48b.json" with { type: "json" };
import kimiK3 from "./models/kimi_k3.json" with { type: "json" };
import kimiLinear48b from "./models/kimi_linear_48b.json" with { type: "json" };
import ling30Tiny from "./models/ling_3_0_tiny.json" with { type: "json" };
import mha48b from "./models/mha_48b.json" with { type: "json" };

/** Models known by name; a new one is a JSON file and a line here. The first two are compared where none is named. */
export const models: readonly Model[] = [
  kimiLinear48b,
  fullMla48b,
  gdnHybrid48b,
  gqa848b,
  mha48b,
  kimiK3,
  ling30Tiny,
].map((model) => modelSchema.parse(model));

/** The model of that name. Throws RangeError with the nearest known one. */
export function modelNamed(name: string): Model {
  const model = models.find((m) => m.name === name);
  if (!model) throw new RangeError(`Unknown model "${name}"${closest(name, models.map((m) => m.name))}`);
  return model;
}
