import type { ComponentChildren } from "preact";
import { formatAxes } from "../../../kernels/core/axes.ts";
import { FigureView } from "../components/FigureView.tsx";
import { progressOf } from "./best_so_far.ts";
import type { HeatAxes } from "./family_choices.ts";
import type { FamilyPage } from "./family_page.ts";
import { heatCells } from "./heat_cells.ts";
import { heatFigure } from "./heat_figure.ts";
import type { Importance } from "./importance.ts";
import type { Landscape } from "./landscape.ts";
import { progressFigure } from "./progress_figure.ts";
import { stripFigure } from "./strip_figure.ts";

/** Pixels: two stand side by side. */
const FIGURE_WIDTH = 590;

/** What the tunables do to the time: two against each other, each alone, and the search as it went. */
export function LandscapeView({ page: { family, winner }, landscape, tunables, axes, children }: {
  readonly page: FamilyPage;
  readonly landscape: Landscape;
  readonly tunables: readonly Importance[];
  readonly axes?: HeatAxes;
  /** Stands below the search. */
  readonly children?: ComponentChildren;
}) {
  const { latest, timed, attempts } = landscape;
  const named = axes?.map(({ name }) => ({ name, values: family.space.tunables[name].values }));
  const cells = named ? heatCells(latest, named[0], named[1]) : [];
  return (
    <section>
      <h2>Landscape</h2>
      <p class="muted">{landscapeWords(landscape)}</p>
      <div class="columns">
        <div>
          {named && (cells.some(({ tried }) => tried > 0)
            ? <FigureView width={FIGURE_WIDTH} figure={heatFigure(cells, named[0], named[1])} />
            : (
              <p class="muted">
                No variant holds both {named[0].name} and{" "}
                {named[1].name}: they belong to different formulations.
              </p>
            ))}
          {timed.length > 0 && (
            <FigureView
              width={FIGURE_WIDTH}
              figure={progressFigure(progressOf(attempts), winner?.defaultTiming?.medianUs)}
            />
          )}
          {children}
        </div>
        {tunables.length > 0
          ? <FigureView width={FIGURE_WIDTH} figure={stripFigure(tunables, winner?.config)} />
          : timed.length > 0 && (
            <p class="muted">No tunable took two values yet: there is nothing to compare.</p>
          )}
      </div>
    </section>
  );
}

/** What the figures are of, and what they leave out. */
function landscapeWords({ axes, attempts, timed, latest, isStale, leftOut }: Landscape): string {
  const { stale, otherSize, otherClock } = leftOut;
  const again = attempts.length - latest.length;
  const out = [
    stale > 0 && `${stale} of an older source`,
    otherSize > 0 && `${otherSize} at other sizes`,
    otherClock > 0 && `${otherClock} by another clock`,
  ].filter(Boolean);
  return [
    `${latest.length} ${latest.length === 1 ? "variant" : "variants"} at ${
      formatAxes(axes)
    }, ${timed.length} with a time.`,
    again > 0 && `${again} more trials are of variants tried before: the last time counts.`,
    isStale && "All are of an older source of the kernel.",
    out.length > 0 && `Trials in the table only: ${out.join(", ")}.`,
  ].filter(Boolean).join(" ");
}
