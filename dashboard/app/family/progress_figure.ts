import * as Plot from "@observablehq/plot";
import type { Figure } from "../../../compare/figure.ts";
import { decadeTicks } from "../../../compare/log_axis.ts";
import { formatMicroseconds, formatTick } from "../../../compare/quantities.ts";
import type { Progress } from "./best_so_far.ts";
import { compactDots, dotLook } from "./compact_dots.ts";

const WIDTH = 580, HEIGHT = 300, TOP = 24, LEFT = 58, BOTTOM = 44, BINS = 100, TALLEST = 16;

/** The best time after each trial. `defaultUs`: the family's default config. */
export function progressFigure({ timed, failed, steps, count }: Progress, defaultUs?: number): Figure {
  const times = [...timed.map(({ us }) => us), ...(defaultUs === undefined ? [] : [defaultUs])];
  const low = times.reduce((a, b) => Math.min(a, b), Infinity),
    high = times.reduce((a, b) => Math.max(a, b), 0);
  const air = Math.max(1.06, (high / low) ** 0.06);
  const domain = [low / air, high * air] as const;
  const best = steps.at(-1)!;
  const bins = failureBins(failed, count);
  // The line goes on to the last trial.
  const line = [...steps, { ...best, place: Math.max(count, 2) }];
  const label = formatMicroseconds(best.us);
  const failures = failed.length === 0 ? "" : `; ${failed.length} failed`;
  return {
    name: "progress",
    title: "Best so far",
    subtitle: `${count} trials in the order they ran${failures}. The line: the best time found until then.`,
    notes: failed.length === 0 ? [] : [
      count > BINS
        ? "At the bottom: the share of trials that failed then."
        : "Ticks at the bottom: trials that failed.",
    ],
    alt: `Best time over ${count} trials: ${formatMicroseconds(steps[0].us)} at trial ${
      steps[0].place
    }, ${label} from trial ${best.place} on${failures}.`,
    options: (look, width = WIDTH) => ({
      width,
      height: HEIGHT,
      marginTop: TOP,
      marginBottom: BOTTOM,
      marginLeft: LEFT,
      marginRight: 12 + 6.6 * label.length,
      style: { fontSize: "12px", color: look.ink, background: "none" },
      x: { domain: [1, Math.max(count, 2)], label: null, axis: null },
      y: { type: "log", domain: [...domain], label: null, axis: null },
      marks: [
        Plot.gridY(decadeTicks(domain), { stroke: look.faint, strokeOpacity: 1 }),
        Plot.axisY(decadeTicks(domain), {
          text: (tick: number) => formatTick(tick),
          tickSize: 0,
          fill: look.muted,
          label: null,
        }),
        Plot.axisX({
          ticks: Math.min(count - 1, 6),
          tickFormat: (place: number) => Number.isInteger(place) ? `${place}` : "",
          tickSize: 4,
          fill: look.muted,
          stroke: look.muted,
          label: null,
        }),
        Plot.ruleY([domain[0]], { stroke: look.muted }),
        Plot.text(["Trial"], { frameAnchor: "bottom", dy: 38, fill: look.muted }),
        compactDots(timed, ({ place }) => place, ({ us }) => us, {
          stroke: look.series[0],
          ...dotLook(timed.length),
        }),
        compactDots(bins, ({ place }) => place, () => domain[0], {
          stroke: look.series[1],
          opacity: 0.8,
          size: 2.5,
          rise: ({ share }) => TALLEST * share,
        }),
        ...(defaultUs === undefined ? [] : [
          Plot.ruleY([defaultUs], { stroke: look.muted, strokeDasharray: "4 3" }),
          Plot.text([`default ${formatMicroseconds(defaultUs)}`], {
            y: [defaultUs],
            frameAnchor: "right",
            textAnchor: "end",
            dy: -8,
            dx: -4,
            fill: look.muted,
            stroke: look.paper,
            strokeWidth: 4,
          }),
        ]),
        Plot.line(line, { x: "place", y: "us", curve: "step-after", stroke: look.series[0], strokeWidth: 2 }),
        Plot.dot(steps, { x: "place", y: "us", r: 3, fill: look.series[0] }),
        Plot.text([label], {
          x: [Math.max(count, 2)],
          y: [best.us],
          textAnchor: "start",
          dx: 8,
          fontWeight: 600,
          fill: look.series[0],
        }),
      ],
    }),
  };
}

/** Where trials failed, and what share of those around them; each stands alone while there are few. */
function failureBins(failed: readonly number[], count: number): { place: number; share: number }[] {
  const size = Math.max(1, count / BINS);
  const byBin = Map.groupBy(failed, (place) => Math.floor((place - 1) / size));
  return [...byBin].map(([bin, places]) => ({
    place: size > 1 ? (bin + 0.5) * size : places[0],
    share: places.length / Math.ceil(size),
  }));
}
