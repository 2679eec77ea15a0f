import * as Plot from "@observablehq/plot";
import type { Figure } from "../../../compare/figure.ts";
import { decadeTicks } from "../../../compare/log_axis.ts";
import type { Look } from "../../../compare/look.ts";
import { formatMicroseconds, threeDigits } from "../../../compare/quantities.ts";
import type { Ceilings } from "../../../profiles/schema.ts";
import { compactDots } from "../family/compact_dots.ts";
import { type Box, placeLabels } from "./place_labels.ts";
import type { RooflinePoint, WinnerPoint } from "./roofline_points.ts";

/** What a roofline shows. */
export interface Roofline {
  /** The device in words. */
  readonly device: string;
  readonly ceilings?: Ceilings;
  readonly trials: readonly RooflinePoint[];
  readonly winners: readonly WinnerPoint[];
  /** Words beside winners: the most telling ones first. */
  readonly labels: readonly { readonly point: WinnerPoint; readonly text: string }[];
  /** Only its trials and winners are shown. */
  readonly family?: string;
}

const TOP = 30, BOTTOM = 44, LEFT = 50, RIGHT = 16, LETTER = 6.7, LINE = 15;
const UNITS = ["f32", "matrix"] as const;
type Unit = (typeof UNITS)[number];
const XY = { x: "intensity", y: "tflops" } as const;

/** Arithmetic intensity against the rate reached, under the device's measured ceilings; log axes. */
export function rooflineFigure(roofline: Roofline): Figure {
  const { device, ceilings, trials, winners, family } = roofline;
  const hasMatrix = [...trials, ...winners].some(({ unit }) => unit === "matrix");
  const hasStale = winners.some(({ isStale }) => isStale);
  const best =
    winners.toSorted((a, b) => (b.winner.rooflinePercent ?? 0) - (a.winner.rooflinePercent ?? 0))[0];
  return {
    name: "roofline",
    title: family ? `Roofline: ${family}` : "Roofline",
    subtitle: `TFLOP/s over flops by byte that must move, ${device}`,
    notes: [
      `Large marks: winners${hasMatrix ? "; squares compute on matrix units" : ""}${
        hasStale ? "; hollow: the kernel changed since" : ""
      }. Small ones: every trial that passed.`,
      ceilings
        ? "Roofs were measured on this device. A working set that stays in a cache may lie above the slope."
        : "No roofs: this device's ceilings were not measured.",
    ],
    alt:
      `Roofline of ${device}${
        family ? ` for ${family}` : ""
      }: ${winners.length} winners among ${trials.length} ` +
      `places of trials${
        best?.winner.rooflinePercent === undefined
          ? ""
          : `; ${best.family} is nearest to its roof with ${threeDigits(best.winner.rooflinePercent)} %`
      }. The table of winners has the numbers.`,
    options: (look, width = 760) => options(roofline, look, width),
  };
}

/** Both axes: their ends, and where values stand in pixels. */
interface Axes {
  readonly across: readonly [number, number];
  readonly up: readonly [number, number];
  readonly frame: Box;
  place(point: { readonly intensity: number; readonly tflops: number }): { x: number; y: number };
}

function options(roofline: Roofline, look: Look, width: number): Plot.PlotOptions {
  const { trials, winners, ceilings } = roofline;
  const height = Math.round(Math.max(300, Math.min(480, width * 0.45)));
  const axes = axesOf(roofline, width, height);
  const { across, up } = axes;
  const roofs = ceilings ? roofLabels(ceilings, axes) : [];
  return {
    width,
    height,
    marginTop: TOP,
    marginBottom: BOTTOM,
    marginLeft: LEFT,
    marginRight: RIGHT,
    x: { type: "log", domain: [...across], label: null },
    y: { type: "log", domain: [...up], label: null },
    marks: [
      Plot.gridY(decadeTicks(up), { stroke: look.faint, strokeOpacity: 1 }),
      Plot.axisY(decadeTicks(up), { text: plain, tickSize: 0, fill: look.muted, label: null }),
      Plot.axisX(decadeTicks(across), {
        text: plain,
        tickSize: 4,
        fill: look.muted,
        stroke: look.muted,
        label: null,
      }),
      Plot.ruleY([up[0]], { stroke: look.muted }),
      words(["TFLOP/s"], look.muted, { frameAnchor: "top-left", textAnchor: "start", dx: -LEFT, dy: -22 }),
      words(["flops by byte"], look.muted, { frameAnchor: "bottom", dy: 38 }),
      ...UNITS.map((unit) =>
        compactDots(
          trials.filter((p) => p.unit === unit),
          (p) => p.intensity,
          (p) => p.tflops,
          { stroke: colourOf(unit, look), opacity: 0.4, size: 3.4 },
        )
      ),
      ...(ceilings ? roofLines(ceilings, axes, look) : []),
      ...roofs.map(({ text, unit, intensity, tflops, ...place }) =>
        words(
          [text],
          unit ? colourOf(unit, look) : look.muted,
          { ...place, x: [intensity], y: [tflops] },
          look,
        )
      ),
      ...UNITS.map((unit) =>
        Plot.dot(winners.filter((w) => w.unit === unit), {
          ...XY,
          symbol: unit === "matrix" ? "square" : "circle",
          r: 4.5,
          fill: (w: WinnerPoint) => w.isStale ? look.paper : colourOf(unit, look),
          stroke: (w: WinnerPoint) => w.isStale ? colourOf(unit, look) : look.paper,
          strokeWidth: 1.25,
          title: winnerWords,
        })
      ),
      ...labelMarks(roofline, axes, roofs.map((roof) => roof.box), look),
    ],
    color: { type: "identity" },
  };
}

function words(
  texts: readonly string[],
  fill: string,
  options: Plot.TextOptions,
  look?: Look,
): Plot.Markish {
  return Plot.text(texts, { ...options, fill, ...(look && { stroke: look.paper, strokeWidth: 4 }) });
}

/** Axes that hold all points, and the ridges where roofs begin. */
function axesOf({ ceilings, trials, winners }: Roofline, width: number, height: number): Axes {
  const points = [...trials, ...winners];
  const { readGBps, f32Tflops, matrixTflops } = ceilings ?? {};
  const roofs = [f32Tflops, matrixTflops].filter((roof) => roof !== undefined);
  const xs = [...points.map((p) => p.intensity), ...roofs.map((roof) => ridge(roof, readGBps!))];
  const ys = [...points.map((p) => p.tflops), ...roofs];
  const ends = (values: number[], low: number, high: number): [number, number] =>
    values.length === 0 ? [0.1, 1000] : [
      values.reduce((a, b) => Math.min(a, b)) / low,
      values.reduce((a, b) => Math.max(a, b)) * high,
    ];
  const [across, up] = [ends(xs, 2, 2.5), ends(ys, 1.6, 1.9)];
  const frame = { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - BOTTOM };
  const share = (value: number, [low, high]: [number, number]) =>
    Math.log(value / low) / Math.log(high / low);
  return {
    across,
    up,
    frame,
    place: ({ intensity, tflops }) => ({
      x: frame.left + (frame.right - frame.left) * share(intensity, across),
      y: frame.bottom - (frame.bottom - frame.top) * share(tflops, up),
    }),
  };
}

/** Flops by byte at which a rate begins to bound what bandwidth bounded before. */
export function ridge(tflops: number, readGBps: number): number {
  return 1000 * tflops / readGBps;
}

function roofLines({ readGBps, f32Tflops, matrixTflops }: Ceilings, { across, up }: Axes, look: Look) {
  const [left, right] = across;
  const highest = Math.max(f32Tflops, matrixTflops ?? 0);
  const from = Math.max(left, ridge(up[0], readGBps)); // where the slope enters the frame
  const line = (points: [number, number][], stroke: string) =>
    Plot.line(points, { stroke, strokeWidth: 1.5 });
  const flat = (tflops: number, unit: Unit) =>
    line([[ridge(tflops, readGBps), tflops], [right, tflops]], colourOf(unit, look));
  return [
    line([[from, from * readGBps / 1000], [ridge(highest, readGBps), highest]], look.muted),
    flat(f32Tflops, "f32"),
    ...(matrixTflops === undefined ? [] : [flat(matrixTflops, "matrix")]),
  ];
}

/** What each roof is: rates at their right ends, the bandwidth left of the slope's upper part, where no call can be. */
function roofLabels({ readGBps, f32Tflops, matrixTflops }: Ceilings, { across, place }: Axes) {
  const highest = Math.max(f32Tflops, matrixTflops ?? 0);
  const middle = ridge(matrixTflops === undefined ? highest / 2 : Math.sqrt(f32Tflops * highest), readGBps);
  const label = (text: string, intensity: number, tflops: number, dx: number, unit?: Unit) => {
    const { x, y } = place({ intensity, tflops });
    const [right, dy] = [x + dx, -9];
    const box = {
      left: right - text.length * LETTER,
      right,
      top: y + dy - LINE / 2,
      bottom: y + dy + LINE / 2,
    };
    return { text, intensity, tflops, dx, dy, textAnchor: "end" as const, unit, box };
  };
  return [
    label(`${threeDigits(readGBps)} GB/s`, middle, middle * readGBps / 1000, -6),
    label(`${threeDigits(f32Tflops)} TFLOP/s f32`, across[1], f32Tflops, 0, "f32"),
    ...(matrixTflops === undefined
      ? []
      : [label(`${threeDigits(matrixTflops)} TFLOP/s matrix units`, across[1], matrixTflops, 0, "matrix")]),
  ];
}

function labelMarks(
  { winners, labels }: Roofline,
  { frame, place }: Axes,
  obstacles: readonly Box[],
  look: Look,
): Plot.Markish[] {
  const placed = placeLabels(
    labels.map(({ point, text }) => ({ ...place(point), width: text.length * LETTER, height: LINE })),
    winners.map(place),
    frame,
    obstacles,
  );
  return labels.flatMap(({ point, text }, i) =>
    placed[i] ? words([text], look.ink, { ...placed[i], x: [point.intensity], y: [point.tflops] }, look) : []
  );
}

function colourOf(unit: Unit, look: Look): string {
  return look.series[unit === "matrix" ? 1 : 0];
}

function winnerWords({ winner, tflops, intensity }: WinnerPoint): string {
  const share = winner.rooflinePercent === undefined
    ? ""
    : `, ${threeDigits(winner.rooflinePercent)} % of the roofline`;
  return `${winner.bucket}: ${formatMicroseconds(winner.timing.medianUs)}, ${
    threeDigits(tflops)
  } TFLOP/s at ` +
    `${threeDigits(intensity)} flops by byte${share}`;
}

/** A power of ten, or a step of one, without powers. */
function plain(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
