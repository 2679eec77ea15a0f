import type { Figure } from "../../../compare/figure.ts";
import { drawFigure } from "./figure_svg.ts";

/**
 * A figure with its words. `lengths`: values of its x axis a pointer can stop at; the hover island links all figures and
 * tables of a page that have them.
 */
export function FigureView({ figure, width, lengths = [] }: {
  readonly figure: Figure;
  readonly width?: number;
  readonly lengths?: readonly number[];
}) {
  const drawn = drawFigure(figure, width);
  const stops = drawn.x ? lengths.map((value) => [value, Math.round(drawn.x!(value) * 10) / 10]) : [];
  return (
    <figure class="figure" id={`figure-${figure.name}`}>
      <figcaption>
        <strong>{figure.title}</strong>
        <span class="muted">{figure.subtitle}</span>
      </figcaption>
      <div
        class="canvas"
        data-stops={stops.length > 0 ? JSON.stringify(stops) : undefined}
        // Plot escaped every text in it.
        dangerouslySetInnerHTML={{ __html: drawn.svg }}
      />
      {figure.notes.length > 0 && (
        <ul class="notes">{figure.notes.map((note) => <li key={note}>{note}</li>)}</ul>
      )}
    </figure>
  );
}
