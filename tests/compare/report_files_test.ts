import { comparisonSchema } from "../../compare/comparison.ts";
import { figuresOf } from "../../compare/figures.ts";
import { pngAssets } from "../../compare/png_assets_fs.ts";
import { type ReportFile, reportFiles } from "../../compare/report_files.ts";
import { svgDocument } from "../../compare/svg_document.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleComparison } from "./sample_comparison.ts";

const comparison = sampleComparison(["kimi-linear-48b", "full-mla-48b"]);

async function contents(files: AsyncIterable<ReportFile>): Promise<Map<string, string | Uint8Array>> {
  const all = new Map<string, string | Uint8Array>();
  for await (const { path, content } of files) {
    assert(!all.has(path), path);
    all.set(path, content);
  }
  return all;
}

Deno.test("reportFiles(): every figure the report shows is a file of its own, and none beside", async () => {
  const files = await contents(reportFiles(comparison, svgDocument()));
  const shown = [...`${files.get("report.md")}`.matchAll(/\]\((figures\/[^)]+)\)/g)].map((match) => match[1]);
  assertEquals(shown.toSorted(), [...files.keys()].filter((path) => path.endsWith(".svg")).toSorted());
  assertEquals(shown.length, figuresOf(comparison).length);
});

Deno.test("reportFiles(): comparison.json reads back as the comparison", async () => {
  const files = await contents(reportFiles(comparison, svgDocument()));
  assertEquals(comparisonSchema.parse(JSON.parse(`${files.get("comparison.json")}`)), comparison);
});

Deno.test("reportFiles(): PNGs beside the SVGs where the drawing module is given", async () => {
  const small = { ...comparison, points: [], missing: [], formulations: [] };
  const files = await contents(reportFiles(small, svgDocument(), await pngAssets()));
  assert(files.get("figures/memory.png") instanceof Uint8Array);
  assert(!files.has("formulations.csv") && files.has("points.csv"));
});
