import type { Reading } from "../components/readings.ts";

const FIGURES = ".canvas[data-stops]";
const SVG = "http://www.w3.org/2000/svg";
type Stop = readonly [value: number, pixel: number];

/**
 * Shows one length in all figures and tables of the page: a rule in every figure that has it, its row marked, and what
 * the curves say in the figure a pointer or the arrow keys are at. Listens on the document, so that parts may be
 * replaced. `say` is given the same in words. Returns what ends it.
 */
export function linkHover(say: (text: string) => void): () => void {
  let shown: { readonly tokens: number; readonly figure?: HTMLElement } | undefined;

  const clear = () => {
    if (!shown) return;
    shown = undefined;
    for (const added of document.querySelectorAll(".linked-rule, .readout")) added.remove();
    for (const row of document.querySelectorAll("tr.hit[data-tokens]")) row.classList.remove("hit");
    say("");
  };

  const show = (tokens: number, figure?: HTMLElement) => {
    if (shown?.tokens === tokens && shown.figure === figure) return;
    clear();
    shown = { tokens, figure };
    for (const canvas of document.querySelectorAll<HTMLElement>(FIGURES)) {
      const stop = stopsOf(canvas).find(([value]) => value === tokens);
      if (stop) drawRule(canvas, stop);
    }
    const rows = document.querySelectorAll(`tr[data-tokens="${tokens}"]`);
    for (const row of rows) row.classList.add("hit");
    if (figure) say(readOut(figure, tokens));
  };

  const moved = (event: PointerEvent) => {
    const target = event.target as Element;
    const canvas = target.closest<HTMLElement>(FIGURES);
    if (canvas) return show(nearest(canvas, event.clientX), canvas);
    const row = target.closest<HTMLElement>("tr[data-tokens]");
    if (row) show(Number(row.dataset.tokens));
    // A figure read by keyboard is not lost to a pointer that passes by.
    else if (!shown?.figure?.matches(":focus-visible")) clear();
  };

  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape") return clear();
    const canvas = (event.target as Element).closest<HTMLElement>(FIGURES);
    if (!canvas || event.altKey || event.ctrlKey || event.metaKey) return;
    const stops = stopsOf(canvas);
    const at = shown ? stops.findIndex(([value]) => value === shown!.tokens) : -1;
    const next: Readonly<Record<string, number>> = {
      ArrowRight: Math.min(stops.length - 1, at + 1),
      ArrowLeft: at < 0 ? stops.length - 1 : Math.max(0, at - 1),
      Home: 0,
      End: stops.length - 1,
    };
    if (!(event.key in next)) return;
    event.preventDefault();
    const [tokens, pixel] = stops[next[event.key]];
    // On narrow screens the figure scrolls along.
    canvas.scrollLeft = pixel * scaleOf(canvas) - canvas.clientWidth / 2;
    show(tokens, canvas);
  };

  const ending = new AbortController();
  const { signal } = ending;
  document.addEventListener("pointermove", moved, { signal });
  document.addEventListener("pointerdown", moved, { signal });
  document.documentElement.addEventListener("pointerleave", clear, { signal });
  document.addEventListener("keydown", pressed, { signal });
  document.addEventListener("focusout", clear, { signal });
  document.addEventListener("deltatune:swapped", clear, { signal });
  return () => ending.abort();
}

function stopsOf(canvas: HTMLElement): readonly Stop[] {
  return JSON.parse(canvas.dataset.stops!);
}

/** Pixels of the page for one of the drawing's. */
function scaleOf(canvas: HTMLElement): number {
  const svg = canvas.querySelector("svg")!;
  return svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
}

function nearest(canvas: HTMLElement, clientX: number): number {
  const x = (clientX - canvas.querySelector("svg")!.getBoundingClientRect().left) / scaleOf(canvas);
  return stopsOf(canvas).reduce((best, stop) =>
    Math.abs(stop[1] - x) < Math.abs(best[1] - x) ? stop : best
  )[0];
}

function drawRule(canvas: HTMLElement, [, pixel]: Stop): void {
  const [top, bottom] = JSON.parse(canvas.dataset.frame!);
  const line = document.createElementNS(SVG, "line");
  line.setAttribute("class", "linked-rule");
  for (const [name, value] of Object.entries({ x1: pixel, x2: pixel, y1: top, y2: bottom })) {
    line.setAttribute(name, `${value}`);
  }
  canvas.querySelector("svg")!.append(line);
}

/** Puts the box with what the curves say beside the rule; returns it as a sentence. */
function readOut(canvas: HTMLElement, tokens: number): string {
  const stops = stopsOf(canvas);
  const at = stops.findIndex(([value]) => value === tokens);
  const readings: readonly Reading[] = JSON.parse(canvas.dataset.readings!)[at];
  const words = `${lengthWords(tokens)} tokens`;
  const box = add(canvas, "div", "readout", "");
  add(box, "strong", "", words);
  const table = add(box, "table", "", "");
  for (const [label, series, value, interval, how] of readings) {
    const row = add(table, "tr", "", "");
    add(row, "td", `series-${series}`, label);
    add(row, "td", "num", value);
    add(row, "td", "muted", [interval, how].filter(Boolean).join(", "));
  }
  if (readings.length === 0) add(box, "span", "muted", "no numbers at this length");
  const { scrollLeft, clientWidth } = canvas;
  const pixel = stops[at][1] * scaleOf(canvas);
  const right = pixel + 12;
  const fits = right + box.offsetWidth <= scrollLeft + clientWidth;
  box.style.left = `${Math.max(scrollLeft, fits ? right : pixel - 12 - box.offsetWidth)}px`;
  return `${words}. ${
    readings.map(([label, , value, interval, how]) =>
      `${label} ${[value, interval, how].filter(Boolean).join(", ")}`
    ).join("; ")
  }`;
}

function add(parent: Element, tag: string, name: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.textContent = text;
  parent.append(element);
  return element;
}

/** As the axis names it, without loading what formats all other numbers. */
function lengthWords(tokens: number): string {
  const [size, unit] = tokens >= 2 ** 20 ? [tokens / 2 ** 20, "M"] : [tokens / 2 ** 10, "K"];
  return Number.isInteger(size) ? `${size}${unit}` : `${tokens}`;
}
