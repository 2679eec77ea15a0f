import * as Plot from "@observablehq/plot";
import type { Figure } from "./figure.ts";
import { FILE_LOOK, type Look } from "./look.ts";

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';
const PAD = 20;

/** A line of words above or below the plot. */
interface Words {
  readonly text: string;
  readonly size: number;
  readonly colour: string;
  readonly bold?: boolean;
}

/**
 * A figure as the text of one SVG file: title, plot and notes on a white background, no scripts, styles or fonts of
 * its own. `document` is a page's, or `svgDocument()`'s where there is none. Throws nothing a figure could cause.
 */
export function svgOf(figure: Figure, document: Document, width = 800, look: Look = FILE_LOOK): string {
  const inner = width - 2 * PAD;
  const plot = Plot.plot({ ...figure.options(look, inner), document } as Plot.PlotOptions) as SVGSVGElement;
  const tall = Number(plot.getAttribute("height"));
  for (const style of [...plot.querySelectorAll("style")]) style.remove();
  for (const name of ["class", "style", "viewBox", "font-family"]) plot.removeAttribute(name);
  plot.setAttribute("font-size", "12");
  plot.setAttribute("x", `${PAD}`);

  const above = [
    ...wrap(figure.title, inner, 16).map((text) => ({ text, size: 16, colour: look.ink, bold: true })),
    ...wrap(figure.subtitle, inner, 12.5).map((text) => ({ text, size: 12.5, colour: look.muted })),
  ];
  const below = figure.notes.flatMap((note) => wrap(note, inner, 11.5))
    .map((text) => ({ text, size: 11.5, colour: look.muted }));
  const top = PAD + heightOf(above) + 8;
  plot.setAttribute("y", `${top}`);
  const height = Math.ceil(top + tall + 4 + heightOf(below) + PAD);

  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width: `${width}`,
    height: `${height}`,
    viewBox: `0 0 ${width} ${height}`,
    "font-family": FONT,
    color: look.ink,
    role: "img",
  };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const add = (tag: string, values: Readonly<Record<string, string>>, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(values)) element.setAttribute(name, value);
    element.textContent = text;
    svg.append(element);
  };
  add("title", {}, figure.title);
  add("desc", {}, figure.alt);
  add("rect", { width: "100%", height: "100%", fill: look.paper });
  writeLines(above, PAD, add);
  svg.append(plot);
  writeLines(below, top + tall + 4, add);
  return `${svg.outerHTML}\n`;
}

function writeLines(
  lines: readonly Words[],
  top: number,
  add: (tag: string, values: Readonly<Record<string, string>>, text: string) => void,
): void {
  let y = top;
  for (const { text, size, colour, bold } of lines) {
    y += size * LEADING;
    add("text", {
      x: `${PAD}`,
      y: `${Math.round(y - size * 0.3)}`,
      "font-size": `${size}`,
      "font-weight": bold ? "600" : "400",
      fill: colour,
    }, text);
  }
}

const LEADING = 1.4;

function heightOf(lines: readonly Words[]): number {
  return lines.reduce((sum, { size }) => sum + size * LEADING, 0);
}

/** Words in lines of `width` pixels, by the width of an average letter. */
function wrap(text: string, width: number, size: number): string[] {
  const most = Math.floor(width / (size * 0.52));
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
