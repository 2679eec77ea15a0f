import * as Plot from "@observablehq/plot";
import type { Figure } from "../../../compare/figure.ts";
import { decadeTicks } from "../../../compare/log_axis.ts";
import { formatTick } from "../../../compare/quantities.ts";
import type { Config } from "../../../kernels/core/space.ts";
import { compactDots, dotLook } from "./compact_dots.ts";
import type { Importance } from "./importance.ts";

const WIDTH = 580, ROW = 17, HEAD = 30, TOP = 20, RIGHT = 16;

interface Row {
  readonly label: string;
  readonly isWinners: boolean;
  readonly middle: number;
  readonly us: readonly number[];
}

/** All times by each tunable's values, the tunable that tells most first. */
export function stripFigure(tunables: readonly Importance[], winner?: Config): Figure {
  const heads: { y: number; name: string; words: string }[] = [];
  const most = Math.max(...tunables.map(({ trials }) => trials));
  const rows: Row[] = [];
  let y = 0;
  for (const { name, share, trials, values } of tunables) {
    const words = trials < most ? `${percent(share)}, ${trials} variants` : percent(share);
    heads.push({ y: y + HEAD / 2 + 3, name, words });
    y += HEAD;
    for (const { value, us } of values) {
      rows.push({ label: String(value), isWinners: winner?.[name] === value, middle: y + ROW / 2, us });
      y += ROW;
    }
  }
  const all = tunables.flatMap(({ values }) => values.flatMap(({ us }) => us));
  const low = all.reduce((a, b) => Math.min(a, b), Infinity), high = all.reduce((a, b) => Math.max(a, b), 0);
  const domain = [low / 1.06, high * 1.06] as const;
  const marginLeft = 20 + 7 * Math.max(...rows.map(({ label }) => label.length), 2);
  return {
    name: "strips",
    title: "Times by tunable",
    subtitle:
      "A dot a variant; a long tick the best of a value, a short one its median. Bold: the winner's value.",
    notes: [
      "Percent: eta squared, the share of the variance of log time that lies between a tunable's values. Where not all variants hold it: of those that do. It counts each tunable alone, says nothing of two together, and is the higher the fewer trials there are.",
    ],
    alt: `Times by tunable, and the share of the variance each explains alone: ${
      tunables.map(({ name, share }) => `${name} ${percent(share)}`).join(", ")
    }.`,
    options: (look, width = WIDTH) => ({
      width,
      height: TOP + y + 26,
      marginTop: TOP,
      marginBottom: 26,
      marginLeft,
      marginRight: RIGHT,
      style: { fontSize: "12px", color: look.ink, background: "none" },
      x: { type: "log", domain: [...domain], label: null, axis: null },
      y: { domain: [y, 0], label: null, axis: null },
      marks: [
        Plot.gridX(decadeTicks(domain), { stroke: look.faint, strokeOpacity: 1 }),
        Plot.axisX(decadeTicks(domain), {
          text: (tick: number) => formatTick(tick),
          tickSize: 0,
          fill: look.muted,
          label: null,
        }),
        Plot.text(heads, {
          y: "y",
          text: "name",
          frameAnchor: "left",
          textAnchor: "start",
          dx: -marginLeft,
          fontWeight: 600,
          fill: look.ink,
          stroke: look.paper,
          strokeWidth: 4,
        }),
        Plot.text(heads, {
          y: "y",
          text: "words",
          frameAnchor: "right",
          textAnchor: "end",
          fill: look.muted,
          stroke: look.paper,
          strokeWidth: 4,
        }),
        Plot.ruleY(rows, { y: "middle", stroke: look.faint }),
        compactDots(
          rows.flatMap(({ middle, us }) => us.map((time, i) => ({ time, y: middle + jitter(i, us.length) }))),
          ({ time }) => time,
          ({ y }) => y,
          { stroke: look.series[0], ...dotLook(all.length / tunables.length) },
        ),
        compactDots(rows, ({ us }) => medianOf(us), ({ middle }) => middle + 4, {
          stroke: look.ink,
          opacity: 1,
          size: 1.5,
          rise: () => 8,
        }),
        compactDots(rows, ({ us }) => Math.min(...us), ({ middle }) => middle + 7, {
          stroke: look.series[1],
          opacity: 1,
          size: 2,
          rise: () => 14,
        }),
        ...[true, false].map((isWinners) =>
          Plot.text(rows.filter((row) => row.isWinners === isWinners), {
            y: "middle",
            text: "label",
            frameAnchor: "left",
            textAnchor: "end",
            dx: -8,
            fill: isWinners ? look.ink : look.muted,
            fontWeight: isWinners ? 700 : "normal",
          })
        ),
      ],
    }),
  };
}

function percent(share?: number): string {
  if (share === undefined) return "few trials";
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

/** Pixels off the middle of a row: one of many dots needs room, one of few does not. */
function jitter(index: number, count: number): number {
  return count < 12 ? 0 : (index * 0.618034 % 1 - 0.5) * (ROW - 10);
}

function medianOf(us: readonly number[]): number {
  const sorted = us.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
