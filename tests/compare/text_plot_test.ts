import { textPlot } from "../../compare/text_plot.ts";
import { textPlots } from "../../compare/text_plots.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { matchSnapshot } from "./match_snapshot.ts";
import { sampleComparison } from "./sample_comparison.ts";

const options = { formatX: String, formatY: String, ticks: [1, 10, 100] };
const line = (label: string, ys: readonly number[], hollow = false) => ({
  label,
  points: ys.map((y, i) => ({ x: 2 ** i, y, hollow })),
});

Deno.test("textPlots() are their snapshot, drawn and in plain ASCII", () => {
  const comparison = sampleComparison(["kimi-linear-48b", "full-mla-48b"]);
  const text = [...textPlots(comparison), ...textPlots(comparison, true)].map((p) => p.join("\n") + "\n");
  return matchSnapshot("plots.txt", text.join("\n"));
});

Deno.test("textPlot() in ASCII has no other sign, and no line wider than asked", () => {
  for (const lines of textPlots(sampleComparison(), true)) {
    assert(/^[\x20-\x7e\n]*$/.test(lines.join("\n")));
    assert(Math.max(...lines.map((text) => text.length)) <= 80);
  }
});

Deno.test("textPlot() puts the least at the bottom left, the most at the top right, and hollow marks where told", () => {
  const rows = textPlot([line("a", [1, 10, 100]), line("b", [3, 30, 3], true)], {
    ...options,
    width: 21,
    height: 11,
  });
  assertEquals(rows[0].at(-1), "●");
  assert(rows[10].startsWith("  1 ┤●"), rows[10]);
  assertEquals(rows.slice(0, 11).join("").split("□").length - 1, 3);
  assertEquals(rows.slice(0, 11).join("").split("●").length - 1, 3);
  assertEquals(rows.at(-1)!.trim(), "● a  ■ b");
});

Deno.test("textPlot() stars a place that curves share", () => {
  const rows = textPlot([line("a", [1, 10]), line("b", [1, 5])], { ...options, width: 21, height: 11 });
  assert(rows[10].includes("✱") && rows.at(-1)!.endsWith("✱ several"));
});

Deno.test("textPlot() draws nothing across a place without a point", () => {
  const torn = { label: "a", points: [1, 2, 8, 16].map((x) => ({ x, y: 5, hollow: false })) };
  const path = (places: readonly number[]) =>
    textPlot([torn], { ...options, width: 41, height: 3, places })[1].slice(5);
  assertEquals(path([]), "●·········●···················●·········●");
  assertEquals(path([4]), "●·········●                   ●·········●");
});

Deno.test("textPlot() takes a single point and refuses none, zero and infinity", () => {
  assert(textPlot([line("a", [5])], options).some((row) => row.includes("●")));
  assertThrows(() => textPlot([], options), RangeError, "no curve has a point");
  assertThrows(() => textPlot([line("a", [1, 0])], options), RangeError, "y=0");
  assertThrows(() => textPlot([line("a", [1, Infinity])], options), RangeError, "Infinity");
});
