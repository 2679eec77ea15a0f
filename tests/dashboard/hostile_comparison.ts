import { sampleComparison } from "../compare/sample_comparison.ts";
import { writeFakeStore } from "./fake_store.ts";

/** What a careless page would run or be torn by. */
export const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&</svg>`;

/** Two devices whose stored comparisons hold it in every text that may be any: models' names may not. Returns their folders' names. */
export async function writeHostileStore(root: string): Promise<string[]> {
  const slugs = await writeFakeStore(root, { devices: 2, trials: 10 });
  const { models, points, missing, formulations, ...rest } = sampleComparison();
  for (const [i, slug] of slugs.entries()) {
    const hostile = {
      ...rest,
      device: { ...rest.device, description: `${HOSTILE} ${i}`, driver: HOSTILE, vendor: HOSTILE },
      models: models.map((model) => ({ ...model, doc: HOSTILE, source: HOSTILE })),
      points: points.map((point) => ({
        ...point,
        note: HOSTILE,
        parts: point.parts.map((part) => ({ ...part, label: HOSTILE })),
      })),
      missing: missing.map((gap) => ({ ...gap, reason: HOSTILE })),
      formulations: formulations.map((point) => ({
        ...point,
        family: HOSTILE,
        formulation: `${point.formulation} ${HOSTILE}`,
      })),
      untuned: [HOSTILE],
    };
    await Deno.writeTextFile(`${root}/${slug}/comparison.json`, JSON.stringify(hostile));
  }
  return slugs;
}
