import { sampleComparison } from "../compare/sample_comparison.ts";
import { writeFakeStore } from "./fake_store.ts";

/** Writes a small store with all a page can show: GPUs, a software adapter, a comparison. Returns its folders' names. */
export async function writeSampleStore(root: string): Promise<string[]> {
  const slugs = await writeFakeStore(root, { devices: 8, trials: 120 });
  await Deno.writeTextFile(`${root}/${slugs[0]}/comparison.json`, JSON.stringify(sampleComparison()));
  return slugs;
}
