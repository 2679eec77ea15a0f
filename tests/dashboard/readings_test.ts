// What a page reads out of a figure at a length.
import { decodeFigure, prefillFigure } from "../../compare/time_figures.ts";
import { readingsAt } from "../../dashboard/app/components/readings.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleComparison } from "../compare/sample_comparison.ts";

const sample = sampleComparison(["kimi-linear-48b", "full-mla-48b"]);

Deno.test("readingsAt() gives each curve's value, interval and how it was come by", () => {
  const [kimi, mla] = readingsAt(prefillFigure(sample), 1024 * 1024);
  assertEquals([kimi[0], kimi[1], kimi[4]], ["kimi-linear-48b", 1, "integrated"]);
  assert(/^[\d.]+ s to [\d.]+ s$/.test(kimi[3]), kimi[3]);
  assertEquals([mla[1], mla[2][0], mla[4]], [2, "~", "projected"]);
});

Deno.test("readingsAt() leaves out an interval whose ends read alike, and curves without a point", () => {
  const narrow = sample.points.map((p) => ({ ...p, lowUs: p.us * 0.99999, highUs: p.us * 1.00001 }))
    .filter((p) => p.model !== "full-mla-48b" || p.tokens !== 4096);
  const readings = readingsAt(decodeFigure({ ...sample, points: narrow }), 4096);
  assertEquals(readings.map(([label, , , interval]) => [label, interval]), [["kimi-linear-48b", ""]]);
});

Deno.test("readingsAt() reads nothing of a figure that is no curves", () => {
  const { drawn: _, ...figure } = prefillFigure(sample);
  assertEquals(readingsAt(figure, 4096), []);
});
