// A device's roofline: where timed calls stand, and labels that meet nothing.
import { parseHTML } from "linkedom";
import { placeLabels } from "../../dashboard/app/device/place_labels.ts";
import { ridge, rooflineFigure } from "../../dashboard/app/device/roofline_figure.ts";
import { pointOf, trialPoints, winnerPoints } from "../../dashboard/app/device/roofline_points.ts";
import { familyLabels, workloadLabels } from "../../dashboard/app/device/winner_labels.ts";
import { drawFigure } from "../../dashboard/app/components/figure_svg.ts";
import { PAGE_LOOK } from "../../compare/look.ts";
import { completeAxes } from "../../kernels/core/axes.ts";
import { Random } from "../../kernels/core/random.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { familyNamed } from "../../kernels/mod.ts";
import type { Trial, Winner } from "../../profiles/schema.ts";
import { failedTrial, sampleTiming, sampleTrial, sampleWinner } from "../profiles/samples.ts";
import { assert, assertEquals } from "../assert.ts";

const family = familyNamed("kda_decode");
const axes = completeAxes(family, { N: 8 });
const config = initialConfig(family.space);

function trial(medianUs: number, changes: Partial<Trial> = {}): Trial {
  return sampleTrial({ family: family.name, axes, config, timing: sampleTiming(medianUs), ...changes });
}

function winner(changes: Partial<Winner> = {}): Winner {
  return sampleWinner({ family: family.name, bucket: "kda_decode@NH<=8", axes, config, ...changes });
}

Deno.test("pointOf() divides the family's flops by its bytes and by the median", () => {
  const { flops, bytes, unit = "f32" } = family.work(axes, config);
  const point = pointOf({ family: family.name, axes, config, timing: sampleTiming(20) })!;
  assertEquals(point.family, "kda_decode");
  assertEquals(point.unit, unit);
  assert(Math.abs(point.intensity / (flops / bytes) - 1) < 1e-12);
  assert(Math.abs(point.tflops / (flops / 20e-6 / 1e12) - 1) < 1e-12);
});

Deno.test("pointOf() leaves out calls no family knows", () => {
  const timing = sampleTiming(20);
  assertEquals(pointOf({ family: "gone", axes, config, timing }), undefined);
  assertEquals(pointOf({ family: family.name, axes: {}, config, timing }), undefined);
  assertEquals(pointOf({ family: family.name, axes: { ...axes, N: 0, H: 0 }, config, timing }), undefined);
  assertEquals(pointOf({ family: "__proto__", axes, config: {}, timing }), undefined);
});

Deno.test("trialPoints() leaves out trials without timing, and those on the place of another", () => {
  assertEquals(trialPoints([failedTrial("incorrect", { family: family.name, axes, config })]), []);
  assertEquals(trialPoints([trial(20), trial(20.0001), trial(40), failedTrial("timeout")]).length, 2);
  const many = Array.from({ length: 5000 }, (_, i) => trial(20 + i / 1000));
  assert(trialPoints(many).length < 200, `${trialPoints(many).length} points`);
});

Deno.test("winnerPoints() tells winners of another source, in their order", () => {
  const points = winnerPoints(
    [winner({ sourceHash: "old" }), winner({ family: "gone" }), winner({ sourceHash: "now" })],
    new Map([[family.name, "now"]]),
  );
  assertEquals(points.map(({ winner, isStale }) => [winner.sourceHash, isStale]), [
    ["old", true],
    ["now", false],
  ]);
});

Deno.test("familyLabels() names of each family the winner nearest to its roof", () => {
  const points = winnerPoints(
    [winner({ rooflinePercent: 30 }), winner({ rooflinePercent: 70 }), winner()],
    new Map(),
  );
  assertEquals(familyLabels(points), [{ point: points[1], text: "kda_decode" }]);
});

Deno.test("workloadLabels() says only what differs", () => {
  const points = winnerPoints(
    [
      winner({ bucket: "kda_decode@NH<=8,state=f32" }),
      winner({ axes: { ...axes, N: 64 }, bucket: "kda_decode@NH<=64,state=f16" }),
    ],
    new Map(),
  );
  assertEquals(workloadLabels(points).map(({ text }) => text), ["N=8 state=f32", "N=64 state=f16"]);
  assertEquals(workloadLabels(points.slice(0, 1)).map(({ text }) => text), ["kda_decode"]);
});

Deno.test("placeLabels() keeps labels off each other, off points and obstacles, and inside the frame", () => {
  const frame = { left: 50, right: 400, top: 30, bottom: 260 };
  const random = new Random(7);
  for (let round = 0; round < 50; round++) {
    const labels = Array.from({ length: 14 }, () => ({
      x: frame.left + 350 * random.uniform(),
      y: frame.top + 230 * random.uniform(),
      width: 20 + 80 * random.uniform(),
      height: 15,
    }));
    const obstacles = [{ left: 300, right: 400, top: 60, bottom: 75 }];
    const boxes = placeLabels(labels, labels, frame, obstacles).flatMap((placed, i) => {
      if (!placed) return [];
      const { width, height } = labels[i];
      const anchor = { start: 0, middle: width / 2, end: width }[placed.textAnchor];
      const left = labels[i].x + placed.dx - anchor;
      const top = labels[i].y + placed.dy - height / 2;
      return [{ left, right: left + width, top, bottom: top + height }];
    });
    assert(boxes.length >= 5, `only ${boxes.length} labels found a place`);
    const meet = (a: typeof frame, b: typeof frame) =>
      a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    for (const [i, box] of boxes.entries()) {
      assert(box.left >= frame.left && box.right <= frame.right);
      assert(box.top >= frame.top && box.bottom <= frame.bottom);
      const others = [...boxes.slice(i + 1), ...obstacles];
      assert(!others.some((other) => meet(box, other)), "two labels overlap");
      assert(!labels.some(({ x, y }) => box.left < x && x < box.right && box.top < y && y < box.bottom));
    }
  }
});

Deno.test("placeLabels() puts a lone label right of its point, and none where there is no room", () => {
  const label = { x: 50, y: 50, width: 30, height: 10 };
  const wide = { left: 0, right: 200, top: 0, bottom: 100 };
  assertEquals(placeLabels([label], [label], wide), [{ textAnchor: "start", dx: 8, dy: 0 }]);
  assertEquals(placeLabels([label], [label], { left: 45, right: 55, top: 45, bottom: 55 }), [undefined]);
});

Deno.test("rooflineFigure() marks every winner, the stale ones hollow, and draws roofs only where measured", () => {
  const winners = winnerPoints(
    [winner({ rooflinePercent: 40, sourceHash: "now" }), winner({ sourceHash: "old" })],
    new Map([[family.name, "now"]]),
  );
  const ceilings = {
    readGBps: 1000,
    f32Tflops: 20,
    timestampQuantumNs: 0,
    measuredAt: "2026-11-23T10:00:00.000Z",
  };
  assertEquals(ridge(20, 1000), 20);
  const shown = { device: "a GPU", trials: trialPoints([trial(20), trial(40)]), winners, labels: [] };
  const [bare, roofed] = [rooflineFigure(shown), rooflineFigure({ ...shown, ceilings })];
  assert(
    /were not measured/.test(bare.notes.join(" ")) && /Roofs were measured/.test(roofed.notes.join(" ")),
  );
  assert(/hollow/.test(roofed.notes[0]) && /2 winners among 2 places/.test(roofed.alt));
  const { document } = parseHTML(`<body>${drawFigure(roofed, 800).svg}</body>`);
  const marks = [...document.querySelectorAll("title")].map((title) => title.parentNode!);
  const hollow = marks.filter((mark) => (mark as Element).getAttribute("fill") === PAGE_LOOK.paper);
  assertEquals([marks.length, hollow.length], [2, 1]);
  // Nothing at all, and points alone, are drawn too.
  for (const figure of [rooflineFigure({ ...shown, trials: [], winners: [] }), bare]) {
    assert(drawFigure(figure, 350).svg.includes("<svg"));
  }
});
