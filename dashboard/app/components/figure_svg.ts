import * as Plot from "@observablehq/plot";
import type { Figure } from "../../../compare/figure.ts";
import { PAGE_LOOK } from "../../../compare/look.ts";
import { svgDocument } from "../../../compare/svg_document.ts";

/** A drawn figure: SVG text without styles or scripts of its own, and its scales. */
export interface DrawnFigure {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  /** Pixels across for a value on the x axis; undefined where the figure has no such axis. */
  readonly x?: (value: number) => number;
  /** Pixels down of the upper and the lower end of the y axis. */
  readonly y?: readonly [top: number, bottom: number];
}

/** Draws a figure in the page's colours. The page's policy allows no inline style: rules on `.plot` stand in for them. */
export function drawFigure(figure: Figure, width = 760): DrawnFigure {
  const document = svgDocument();
  const plot = Plot.plot({ ...figure.options(PAGE_LOOK, width), document } as Plot.PlotOptions) as
    & SVGSVGElement
    & Plot.Plot;
  for (const style of [...plot.querySelectorAll("style")]) style.remove();
  for (const styled of [plot, ...plot.querySelectorAll("[style]")]) styled.removeAttribute("style");
  // Plot names its marks ("rule", "cell"): no name for a reader, and none that a group may have.
  for (const mark of plot.querySelectorAll("g[aria-label]")) mark.removeAttribute("aria-label");
  plot.setAttribute("class", "plot");
  plot.setAttribute("role", "img");
  // linkedom writes attributes of HTML with only their quotes escaped.
  plot.setAttribute("aria-label", figure.alt.replaceAll("&", "&amp;").replaceAll("<", "&lt;"));
  const scale = plot.scale("x");
  const range = plot.scale("y")?.range;
  return {
    svg: plot.outerHTML,
    width: Number(plot.getAttribute("width")),
    height: Number(plot.getAttribute("height")),
    ...(scale && { x: (value: number) => scale.apply(value) as number }),
    ...(range && { y: [Math.min(...range as number[]), Math.max(...range as number[])] as const }),
  };
}
