import type { Curve } from "./curve.ts";
import { PAPER_CURVES, PAPER_TOKENS, type PaperCurve } from "./paper.ts";

/** The paper's own times of one of its figures as thin curves, where it has the model; `within` the lengths shown. */
export function paperCurves(
  figure: PaperCurve["figure"],
  models: readonly { readonly name: string; readonly series: number }[],
  [from, to]: readonly [number, number],
): Curve[] {
  return models.flatMap(({ name, series }) => {
    const curve = PAPER_CURVES.find((c) => c.figure === figure && c.model === name);
    const points = PAPER_TOKENS.flatMap((tokens, i) => {
      const value = curve?.us[i];
      if (value === undefined || tokens < from || tokens > to) return [];
      return [{ tokens, value, low: value, high: value, how: "measured" as const }];
    });
    if (points.length === 0) return [];
    return [{ label: `paper: ${name}`, series, isReference: true, lengths: PAPER_TOKENS, points }];
  });
}
