/** A curve of a small plot; a hollow mark was not measured at its size. */
export interface TextCurve {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly hollow: boolean }[];
}

export interface TextPlotOptions {
  /** Columns and rows of the plot without its labels. */
  readonly width?: number;
  readonly height?: number;
  /** Letters instead of drawn marks, for terminals without them. */
  readonly ascii?: boolean;
  /** Words of a tick. */
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  /** Places a curve is not drawn across where it has no point. */
  readonly places?: readonly number[];
  /** Heights to label. */
  readonly ticks: readonly number[];
}

const MARKS = {
  drawn: ["●○", "■□", "▲△", "◆◇", "▼▽", "★☆"],
  ascii: ["Aa", "Bb", "Cc", "Dd", "Ee", "Ff"],
};
const INK = {
  drawn: { side: "│", tick: "┤", floor: "─", corner: "└", notch: "┬", path: "·", several: "✱" },
  ascii: { side: "|", tick: "+", floor: "-", corner: "+", notch: "+", path: ".", several: "*" },
};

/**
 * Curves on log axes for a terminal: one mark a curve, filled where measured, dots between marks of one curve, and a
 * star where curves share a place. Throws RangeError for no point at all, or one that is not above zero.
 */
export function textPlot(curves: readonly TextCurve[], options: TextPlotOptions): string[] {
  const { width = 60, height = 12, ascii = false, formatX, formatY, ticks, places = [] } = options;
  const all = curves.flatMap((curve) => curve.points);
  if (all.length === 0) throw new RangeError("Cannot plot nothing: no curve has a point");
  const bad = all.find(({ x, y }) => !(x > 0 && y > 0 && x < Infinity && y < Infinity));
  if (bad) throw new RangeError(`Cannot plot x=${bad.x}, y=${bad.y} on log axes: both must be above zero`);

  const kind = ascii ? "ascii" : "drawn";
  const ink = INK[kind];
  const columnOf = scale(all.map((p) => p.x), width);
  const rowOf = (y: number) => height - 1 - scale(all.map((p) => p.y), height)(y);
  const cells = Array.from({ length: height }, () => new Array<string>(width).fill(" "));
  const owners = new Map<string, number>();
  const put = (x: number, y: number, sign: string, owner: number) => {
    const [column, row] = [Math.round(columnOf(x)), Math.round(rowOf(y))];
    const isMark = sign !== ink.path;
    const key = `${column} ${row}`;
    if (!isMark && cells[row][column] !== " ") return;
    const shared = isMark && owners.has(key) && owners.get(key) !== owner;
    cells[row][column] = shared ? ink.several : sign;
    if (isMark) owners.set(key, owner);
  };
  curves.forEach(({ points }, owner) => {
    const [full, hollow] = MARKS[kind][owner % 6];
    points.forEach((point) => put(point.x, point.y, point.hollow ? hollow : full, owner));
  });
  curves.forEach(({ points }, owner) =>
    points.slice(1).forEach((to, i) => {
      if (places.some((x) => x > points[i].x && x < to.x)) return;
      for (const [x, y] of between(points[i], to, width)) put(x, y, ink.path, owner);
    })
  );

  const labels = new Map(ticks.map((y) => [Math.round(rowOf(y)), formatY(y)]));
  const left = Math.max(...[...labels.values()].map((label) => label.length), 1);
  const body = cells.map((row, i) => {
    const label = labels.get(i);
    return `${(label ?? "").padStart(left)} ${label ? ink.tick : ink.side}${row.join("").trimEnd()}`;
  });
  const floor = new Array<string>(width).fill(ink.floor);
  let words = " ".repeat(width + 8);
  for (const x of [...new Set(all.map((p) => p.x))].sort((a, b) => a - b)) {
    const column = Math.round(columnOf(x)), label = formatX(x);
    const from = Math.max(0, column - Math.floor(label.length / 2));
    floor[column] = ink.notch;
    // A label that would touch the one before it is left out.
    if (words.slice(Math.max(0, from - 1), from + label.length + 1).trim() !== "") continue;
    words = words.slice(0, from) + label + words.slice(from + label.length);
  }
  const shared = cells.some((row) => row.includes(ink.several)) ? [`${ink.several} several`] : [];
  const legend = [...curves.map(({ label }, i) => `${MARKS[kind][i % 6][0]} ${label}`), ...shared].join("  ");
  return [
    ...body,
    `${" ".repeat(left)} ${ink.corner}${floor.join("")}`,
    `${" ".repeat(left)}  ${words.trimEnd()}`,
    `${" ".repeat(left)}  ${legend}`,
  ];
}

/** Places of values on an axis of `cells` cells. */
function scale(values: readonly number[], cells: number): (value: number) => number {
  const low = Math.log(Math.min(...values)), high = Math.log(Math.max(...values));
  return (value) =>
    high === low ? Math.floor(cells / 2) : (cells - 1) * (Math.log(value) - low) / (high - low);
}

/** Places on the line between two points, on log axes, close enough to touch every column. */
function* between(
  from: { x: number; y: number },
  to: { x: number; y: number },
  steps: number,
): Generator<[number, number]> {
  for (let i = 1; i < steps; i++) {
    const share = i / steps;
    yield [from.x * (to.x / from.x) ** share, from.y * (to.y / from.y) ** share];
  }
}
