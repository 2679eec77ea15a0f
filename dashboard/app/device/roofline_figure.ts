import * as Plot from "@observablehq/plot";
import type { Figure } from "../../../compare/figure.ts";
import { decadeTicks } from "../../../compare/log_axis.ts";
import type { Look } from "../../../compare/look.ts";
import { formatMicroseconds, threeDigits } from "../../../compare/quantities.ts";
import type { Ceilings } from "../../../profiles/schema.ts";
import { placeLabels } from "./place_labels.ts";
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

const TOP = 30, BOTTOM = 44, LEFT = 50, RIGHT = 16, LETTER = 6.4, LINE = 15;
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

function options(roofline: Roofline, look: Look, width: number): Plot.PlotOptions {
  const { trials, winners } = roofline;
  const height = Math.round(Math.max(300, Math.min(460, width * 0.5)));
  const [across, up] = domains(roofline);
  const frame = { left: LEFT, right: width - RIGHT, top: TOP, bottom: height - BOTTOM };
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
      Plot.text(["TFLOP/s"], {
        frameAnchor: "top-left",
        textAnchor: "start",
        dx: -LEFT,
        dy: -22,
        fill: look.muted,
      }),
      Plot.text(["flops by byte"], { frameAnchor: "bottom", dy: 38, fill: look.muted }),
      Plot.dot(trials, { ...XY, r: 1.5, fill: look.muted, fillOpacity: 0.3 }),
      ...roofMarks(roofline.ceilings, across, up, frame, look),
      ...(["f32", "matrix"] as const).map((unit) =>
        Plot.dot(winners.filter((w) => w.unit === unit), {
          ...XY,
          symbol: unit === "matrix" ? "square" : "circle",
          r: 4.5,
          fill: (w: WinnerPoint) => w.isStale ? look.paper : colourOf(unit, look),
          stroke: (w: WinnerPoint) => w.isStale ? colourOf(unit, look) : look.paper,
          strokeWidth: 1.25,
          title: words,
        })
      ),
      ...labelMarks(roofline, across, up, frame, look),
    ],
    color: { type: "identity" },
  };
}

/** Ends of both axes: all points, and the ridges where roofs begin. */
function domains({ ceilings, trials, winners }: Roofline): [[number, number], [number, number]] {
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
  return [ends(xs, 2, 2.5), ends(ys, 1.6, 1.9)];
}

/** Flops by byte at which a rate begins to bound what bandwidth bounded before. */
export function ridge(tflops: number, readGBps: number): number {
  return 1000 * tflops / readGBps;
}

function roofMarks(
  ceilings: Ceilings | undefined,
  [left, right]: readonly [number, number],
  [low]: readonly [number, number],
  frame: { readonly left: number; readonly right: number },
  look: Look,
): Plot.Markish[] {
  if (!ceilings) return [];
  const { readGBps, f32Tflops, matrixTflops } = ceilings;
  const highest = Math.max(f32Tflops, matrixTflops ?? 0);
  // The slope begins where it enters the frame.
  const from = Math.max(left, ridge(low, readGBps));
  const flat = (tflops: number, name: string, colour: string) => [
    Plot.line([[ridge(tflops, readGBps), tflops], [right, tflops]], { stroke: colour, strokeWidth: 1.5 }),
    Plot.text([`${threeDigits(tflops)} TFLOP/s ${name}`], {
      x: [right],
      y: [tflops],
      textAnchor: "end",
      dy: -9,
      fill: colour,
      stroke: look.paper,
      strokeWidth: 4,
    }),
  ];
  const wide = (frame.right - frame.left) / Math.log10(right / left);
  return [
    Plot.line([[from, from * readGBps / 1000], [ridge(highest, readGBps), highest]], {
      stroke: look.muted,
      strokeWidth: 1.5,
    }),
    Plot.text([`${threeDigits(readGBps)} GB/s`], {
      x: [from * 10 ** (10 / wide)],
      y: [from * 10 ** (10 / wide) * readGBps / 1000],
      textAnchor: "start",
      dx: -2,
      dy: -24,
      fill: look.muted,
      stroke: look.paper,
      strokeWidth: 4,
    }),
    ...flat(f32Tflops, "f32", colourOf("f32", look)),
    ...(matrixTflops === undefined ? [] : flat(matrixTflops, "matrix units", colourOf("matrix", look))),
  ];
}

function labelMarks(
  { winners, labels }: Roofline,
  across: readonly [number, number],
  up: readonly [number, number],
  frame: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
  look: Look,
): Plot.Markish[] {
  const share = (value: number, [low, high]: readonly [number, number]) =>
    Math.log(value / low) / Math.log(high / low);
  const at = (p: RooflinePoint) => ({
    x: frame.left + (frame.right - frame.left) * share(p.intensity, across),
    y: frame.bottom - (frame.bottom - frame.top) * share(p.tflops, up),
  });
  const placed = placeLabels(
    labels.map(({ point, text }) => ({ ...at(point), width: text.length * LETTER, height: LINE })),
    winners.map(at),
    frame,
  );
  return labels.flatMap(({ point, text }, i) => {
    const place = placed[i];
    return place
      ? [Plot.text([text], {
        x: [point.intensity],
        y: [point.tflops],
        ...place,
        textAnchor: "start",
        fill: look.ink,
        stroke: look.paper,
        strokeWidth: 4,
      })]
      : [];
  });
}

function colourOf(unit: "f32" | "matrix", look: Look): string {
  return look.series[unit === "matrix" ? 1 : 0];
}

function words({ winner, tflops, intensity }: WinnerPoint): string {
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
