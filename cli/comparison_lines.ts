import type { Comparison } from "../compare/comparison.ts";
import { SOFTWARE_WARNING } from "../compare/device_words.ts";
import { headlines } from "../compare/headlines.ts";
import { tableLines } from "../compare/table.ts";
import { tablesOf } from "../compare/tables.ts";
import { textPlots } from "../compare/text_plots.ts";

/** A comparison for a terminal: the answers, small plots, every table. `ascii`: for terminals without UTF-8. */
export function comparisonLines(comparison: Comparison, ascii: boolean): string[] {
  const blocks = [
    ...headlines(comparison).map(({ title, lines }) => [title, ...lines.map((line) => `- ${line}`)]),
    ...textPlots(comparison, ascii),
    ...tablesOf(comparison).map(tableLines),
    ...(comparison.device.software ? [[SOFTWARE_WARNING]] : []),
  ];
  return blocks.filter((block) => block.length > 0).flatMap((block) => [...block, ""]).slice(0, -1);
}
