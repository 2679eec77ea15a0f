import type { How } from "../../compare/comparison.ts";
import { piecesOf, strokesOf } from "../../compare/curve.ts";
import { decadeTicks, labelledLengths, logDomain, powerTicks, spread } from "../../compare/log_axis.ts";
import { assert, assertEquals } from "../assert.ts";

const at = (tokens: number, how: How = "measured") => ({ tokens, value: 1, low: 1, high: 1, how });
const tokensOf = (points: readonly { tokens: number }[]) => points.map((p) => p.tokens);

Deno.test("strokesOf() turns dashed at a projected point and solid again after it", () => {
  const points = [at(1), at(2), at(4, "projected"), at(8, "integrated"), at(16)];
  assertEquals(
    strokesOf(points, [1, 2, 4, 8, 16]).map((s) => [s.dashed, tokensOf(s.points)]),
    [[false, [1, 2]], [true, [2, 4, 8]], [false, [8, 16]]],
  );
});

Deno.test("strokesOf() and piecesOf() draw nothing over a length that is missing", () => {
  const points = [at(1), at(2), at(8), at(16)];
  const lengths = [1, 2, 4, 8, 16];
  assertEquals(strokesOf(points, lengths).map((s) => tokensOf(s.points)), [[1, 2], [8, 16]]);
  assertEquals(piecesOf(points, lengths).map(tokensOf), [[1, 2], [8, 16]]);
  assertEquals(strokesOf([at(1)], lengths), []);
});

Deno.test("spread() keeps labels apart, in order and inside, and leaves free ones alone", () => {
  assertEquals(spread([10, 100, 50], 15, 0, 200), [10, 100, 50]);
  const placed = spread([195, 196, 197, 20], 15, 0, 200);
  const sorted = placed.toSorted((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++) assert(sorted[i] - sorted[i - 1] >= 15);
  assert(placed[0] < placed[1] && placed[1] < placed[2] && sorted.at(-1)! <= 200);
  assertEquals(placed[3], 20);
});

Deno.test("decadeTicks() and powerTicks() lie within their axis and are few", () => {
  assertEquals(decadeTicks([0.5, 2000]), [1, 10, 100, 1000]);
  assertEquals(decadeTicks([150, 3000]), [200, 500, 1000, 2000]);
  assertEquals(decadeTicks([205, 231]), [210, 220, 230]);
  assertEquals(decadeTicks([7, 7]), [7]);
  assertEquals(powerTicks([60, 300]), [64, 128, 256]);
  assert(powerTicks([1, 2 ** 40]).length <= 8);
});

Deno.test("labelledLengths() leaves out what has no room and keeps the longest", () => {
  const lengths = [1, 2, 4, 8, 16, 32].map((k) => k * 1024);
  assertEquals(labelledLengths(lengths, 600), lengths);
  assertEquals(labelledLengths(lengths, 100), [2, 8, 32].map((k) => k * 1024));
  assertEquals(labelledLengths([4096], 600), [4096]);
});

Deno.test("logDomain() holds every interval's ends", () => {
  const point = { ...at(1), low: 0.5, high: 8 };
  const [low, high] = logDomain([{ label: "a", series: 0, points: [point] }], [20]);
  assert(low < 0.5 && high > 20);
});
