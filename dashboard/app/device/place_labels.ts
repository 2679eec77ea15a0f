/** A label's point and its size, pixels. */
export interface Label {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a label stands: its anchor and the middle of its height, from its point. */
export interface Placed {
  readonly textAnchor: "start" | "middle" | "end";
  readonly dx: number;
  readonly dy: number;
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const GAP = 8;

/**
 * Puts labels beside their points, the first ones first: where they meet no point, no other label, no obstacle and no
 * edge. A label that finds no such place within a few lines is undefined.
 */
export function placeLabels(
  labels: readonly Label[],
  points: readonly { readonly x: number; readonly y: number }[],
  frame: Box,
  obstacles: readonly Box[] = [],
): (Placed | undefined)[] {
  const dots = points.map(({ x, y }) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }));
  const taken: Box[] = [...obstacles, ...dots];
  return labels.map((label) => {
    const { x, y, width } = label;
    for (const place of places(label)) {
      const { dx, dy, textAnchor } = place;
      const left = x + dx - (textAnchor === "start" ? 0 : textAnchor === "end" ? width : width / 2);
      const [top, bottom] = [y + dy - label.height / 2, y + dy + label.height / 2];
      const box = { left, right: left + width, top, bottom };
      const isInside = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top &&
        box.bottom <= frame.bottom;
      if (isInside && !taken.some((other) => overlap(box, other))) {
        taken.push(box);
        return place;
      }
    }
  });
}

/** Right, left, above and below, then the same farther away. */
function* places({ height }: Label): Generator<Placed> {
  for (let lines = 0; lines < 4; lines++) {
    const away = lines * height;
    for (const dy of lines === 0 ? [0] : [-away, away]) {
      yield { textAnchor: "start", dx: GAP, dy };
      yield { textAnchor: "end", dx: -GAP, dy };
    }
    yield { textAnchor: "middle", dx: 0, dy: -GAP - height / 2 - away };
    yield { textAnchor: "middle", dx: 0, dy: GAP + height / 2 + away };
  }
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
