import * as Plot from "@observablehq/plot";
import type { Figure } from "../../../compare/figure.ts";
import type { Look } from "../../../compare/look.ts";
import { formatMicroseconds } from "../../../compare/quantities.ts";
import type { HeatCell, NamedTunable } from "./heat_cells.ts";

const WIDTH = 580, ROW = 34, TOP = 44, BOTTOM = 44, RIGHT = 4;
const FAINT = 0.06, STRONG = 0.55, SWATCHES = 24;

type Timed = HeatCell & { readonly kind: "timed" };

/** The best time for every pair of two tunables' values, over all others. */
export function heatFigure(cells: readonly HeatCell[], x: NamedTunable, y: NamedTunable): Figure {
  const timed = cells.filter((cell): cell is Timed => cell.kind === "timed");
  const times = timed.map(({ us }) => us);
  const [best, worst] = [Math.min(...times), Math.max(...times)];
  const first = timed.find(({ us }) => us === best);
  const marginLeft = 18 + 7 * Math.max(...y.values.map((value) => String(value).length), 2);
  return {
    name: "heatmap",
    title: `Best time by ${x.name} and ${y.name}`,
    subtitle: "Each cell: the fastest variant with these two values, whatever its other tunables were.",
    notes: [],
    alt: first
      ? `Heatmap of ${y.name} over ${x.name}: best ${
        formatMicroseconds(best)
      } at ${x.name} ${first.x} and ${y.name} ${first.y}, slowest cell ${formatMicroseconds(worst)}.`
      : `Heatmap of ${y.name} over ${x.name}: no variant passed.`,
    options(look, width = WIDTH) {
      const inner = width - marginLeft - RIGHT;
      const cellWidth = inner / x.values.length;
      // Strong is fast, on a log scale.
      const opacityOf = (us: number) =>
        worst > best ? FAINT + (STRONG - FAINT) * Math.log(worst / us) / Math.log(worst / best) : STRONG;
      const at = { x: ({ x }: HeatCell) => String(x), y: ({ y }: HeatCell) => String(y), inset: 1.5, rx: 3 };
      const fits = (text: string) => text.length * 6.4 < cellWidth - 6;
      return {
        width,
        height: TOP + BOTTOM + ROW * y.values.length,
        marginTop: TOP,
        marginBottom: BOTTOM,
        marginLeft,
        marginRight: RIGHT,
        style: { fontSize: "12px", color: look.ink, background: "none" },
        x: { type: "band", domain: x.values.map(String), label: null, padding: 0, axis: null },
        y: { type: "band", domain: y.values.map(String), label: null, padding: 0, axis: null },
        marks: [
          Plot.axisX({ tickSize: 0, fill: look.ink, label: null }),
          Plot.axisY({ tickSize: 0, fill: look.ink, label: null }),
          words(y.name, look, { frameAnchor: "top-left", textAnchor: "start", dx: -marginLeft, dy: -14 }),
          words(x.name, look, { frameAnchor: "bottom", dy: 34 }),
          Plot.cell(cells.filter((c) => c.kind === "untried"), {
            ...at,
            fill: "none",
            stroke: look.faint,
            strokeDasharray: "2 3",
          }),
          Plot.cell(cells.filter((c) => c.kind === "failed"), {
            ...at,
            fill: "none",
            stroke: look.series[1],
          }),
          Plot.text(cells.filter((c) => c.kind === "failed"), {
            ...at,
            text: () => fits("failed") ? "failed" : "×",
            fill: look.series[1],
          }),
          Plot.cell(timed, { ...at, fill: look.series[0], fillOpacity: ({ us }: Timed) => opacityOf(us) }),
          Plot.cell(first ? [first] : [], { ...at, fill: "none", stroke: look.ink, strokeWidth: 1.5 }),
          Plot.text(timed.filter(({ us }) => fits(formatMicroseconds(us))), {
            ...at,
            text: ({ us }: Timed) => formatMicroseconds(us),
            fill: look.ink,
            fontWeight: "normal",
          }),
          ...(times.length > 0 ? [legend(best, worst, inner, look)] : []),
        ],
      };
    },
  };
}

/** The scale of the colours, and what cells without one mean, at the top right. */
function legend(best: number, worst: number, inner: number, look: Look): Plot.Markish {
  return ((_i: unknown, _s: unknown, _v: unknown, dimensions: { marginLeft: number }, context: {
    document: Document;
  }) => {
    const group = element(context.document, "g", { "font-size": 12 });
    const add = (name: string, attributes: Attributes, text?: string) =>
      group.append(element(context.document, name, attributes, text));
    const right = dimensions.marginLeft + inner, top = 6, step = 5;
    let left = right - 68;
    const mark = (label: string, stroke: string, dashes?: string) => {
      add("rect", {
        x: left,
        y: top,
        width: 12,
        height: 12,
        rx: 2,
        fill: "none",
        stroke,
        ...(dashes && { "stroke-dasharray": dashes }),
      });
      add("text", { x: left + 17, y: top + 10, "text-anchor": "start", fill: look.muted }, label);
    };
    mark("not tried", look.muted, "2 3");
    left -= 66;
    mark("failed", look.series[1]);
    left -= 16;
    const worstText = formatMicroseconds(worst), bestText = formatMicroseconds(best);
    if (worst > best) {
      add("text", { x: left, y: top + 10, "text-anchor": "end", fill: look.muted }, worstText);
      left -= 6.6 * worstText.length + 4 + SWATCHES * step;
      for (let i = 0; i < SWATCHES; i++) {
        const opacity = STRONG - (STRONG - FAINT) * i / (SWATCHES - 1);
        const place = { x: left + i * step, y: top, width: step, height: 12 };
        add("rect", { ...place, fill: look.series[0], "fill-opacity": opacity.toFixed(3) });
      }
      add("text", { x: left - 5, y: top + 10, "text-anchor": "end", fill: look.ink }, bestText);
    }
    return group;
  }) as unknown as Plot.Markish;
}

type Attributes = Readonly<Record<string, string | number>>;

function element(document: Document, name: string, attributes: Attributes, text?: string): SVGElement {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, `${value}`);
  if (text !== undefined) node.textContent = text;
  return node;
}

function words(text: string, look: Look, options: Plot.TextOptions): Plot.Markish {
  return Plot.text([text], { ...options, fill: look.muted });
}
