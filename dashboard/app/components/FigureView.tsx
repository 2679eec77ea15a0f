import type { ComponentChildren } from "preact";
import type { Figure } from "../../../compare/figure.ts";
import { drawFigure } from "./figure_svg.ts";
import { readingsAt } from "./readings.ts";

/**
 * A figure with its words; what stands in it goes below. `lengths`: values of its x axis a pointer can stop at; the hover
 * island links all figures and tables of a page that have them.
 */
export function FigureView({ figure, width, lengths = [], children }: {
  readonly figure: Figure;
  readonly width?: number;
  readonly lengths?: readonly number[];
  readonly children?: ComponentChildren;
}) {
  const drawn = drawFigure(figure, width);
  const { x, y } = drawn;
  const stops = x && y ? lengths.map((value) => [value, Math.round(x(value) * 10) / 10]) : [];
  const linked = stops.length > 0 && {
    "data-stops": JSON.stringify(stops),
    "data-readings": JSON.stringify(lengths.map((tokens) => readingsAt(figure, tokens))),
    "data-frame": JSON.stringify(y),
  };
  return (
    <figure class="figure" id={`figure-${figure.name}`}>
      <figcaption>
        <strong>{figure.title}</strong>
        {figure.subtitle && <span class="muted">{figure.subtitle}</span>}
      </figcaption>
      <div
        class="canvas"
        tabIndex={0}
        role="group"
        aria-label={linked ? `${figure.title}: arrow keys read it length by length` : figure.title}
        {...linked}
        // Plot escaped every text in it.
        dangerouslySetInnerHTML={{ __html: drawn.svg }}
      />
      {figure.notes.length > 0 && (
        <ul class="notes">{figure.notes.map((note) => <li key={note}>{note}</li>)}</ul>
      )}
      {children}
    </figure>
  );
}
