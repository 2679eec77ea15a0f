import type { Markish } from "@observablehq/plot";

/** Dots of one look. */
export interface CompactDots<T> {
  readonly stroke: string;
  readonly opacity?: number;
  /** Diameter, pixels. */
  readonly size?: number;
  /** Length to the top, pixels: ticks and not dots. */
  readonly rise?: (item: T) => number;
}

/** Positions nearer to each other than this are one: thousands of dots on one another say no more. */
const CELL = 2;

/**
 * Any number of dots as one path: a page of ten thousand trials stays light where an element for each would not. The
 * plot's scales must have domains of their own, which these dots do not widen.
 */
export function compactDots<T>(
  data: readonly T[],
  x: (item: T) => number,
  y: (item: T) => number,
  { stroke, opacity = 0.55, size = 4, rise }: CompactDots<T>,
): Markish {
  return ((_index: unknown, scales: Scales, _values: unknown, _size: unknown, context: Context) => {
    const seen = new Set<string>();
    let path = "";
    for (const item of data) {
      const left = Math.round(scales.x(x(item)) / CELL) * CELL,
        top = Math.round(scales.y(y(item)) / CELL) * CELL;
      const place = `${left},${top}`;
      if (seen.has(place)) continue;
      seen.add(place);
      path += `M${place}${rise ? `v${-rise(item)}` : "h0"}`;
    }
    const node = context.document.createElementNS("http://www.w3.org/2000/svg", "path");
    const attributes = {
      d: path,
      fill: "none",
      stroke,
      "stroke-opacity": opacity,
      "stroke-width": size,
      "stroke-linecap": rise ? "butt" : "round",
    };
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, `${value}`);
    return node;
  }) as unknown as Markish;
}

/** Few dots are large and strong, many are small and faint. */
export function dotLook(count: number): { opacity: number; size: number } {
  if (count <= 200) return { opacity: 0.75, size: 5 };
  return count <= 2000 ? { opacity: 0.5, size: 3.5 } : { opacity: 0.4, size: 2 };
}

interface Scales {
  x(value: number): number;
  y(value: number): number;
}
interface Context {
  readonly document: Document;
}
