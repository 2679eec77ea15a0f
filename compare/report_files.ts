import type { Comparison } from "./comparison.ts";
import { formulationsCsv, memoryCsv, pointsCsv } from "./csv.ts";
import { figuresOf } from "./figures.ts";
import { type PngAssets, pngOf } from "./png.ts";
import { reportMarkdown } from "./report.ts";
import { svgOf } from "./svg.ts";

/** A file of a report; `path` is relative to the report's folder, with `/`. */
export interface ReportFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/**
 * Everything a report consists of, one file after the other: figures as SVG (and as PNG where `assets` are given),
 * CSV, the comparison itself, and last report.md, which refers to the figures. `document` as for `svgOf`.
 */
export async function* reportFiles(
  comparison: Comparison,
  document: Document,
  assets?: PngAssets,
): AsyncGenerator<ReportFile> {
  for (const figure of figuresOf(comparison)) {
    const svg = svgOf(figure, document);
    yield { path: `figures/${figure.name}.svg`, content: svg };
    if (assets) yield { path: `figures/${figure.name}.png`, content: await pngOf(svg, assets) };
  }
  yield { path: "points.csv", content: pointsCsv(comparison) };
  yield { path: "memory.csv", content: memoryCsv(comparison) };
  if (comparison.formulations.length > 0) {
    yield { path: "formulations.csv", content: formulationsCsv(comparison) };
  }
  yield { path: "comparison.json", content: `${JSON.stringify(comparison, null, 2)}\n` };
  yield { path: "report.md", content: reportMarkdown(comparison, ({ name }) => `figures/${name}.svg`) };
}
