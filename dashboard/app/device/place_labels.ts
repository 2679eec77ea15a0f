/** A label's point and its size, pixels. */
export interface Label {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a label stands: its left end and the middle of its height, from its point. */
export interface Placed {
  readonly dx: number;
  readonly dy: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const GAP = 8;

/**
 * Puts labels beside their points, the first ones first: where they meet no point, no other label and no edge. A label
 * that finds no such place within a few lines is undefined.
 */
export function placeLabels(
  labels: readonly Label[],
  points: readonly { readonly x: number; readonly y: number }[],
  frame: Box,
): (Placed | undefined)[] {
  const taken: Box[] = points.map(({ x, y }) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }));
  return labels.map((label) => {
    const { x, y, width } = label;
    for (const { dx, dy } of places(label)) {
      const [left, middle] = [x + dx, y + dy];
      const box = {
        left,
        right: left + width,
        top: middle - label.height / 2,
        bottom: middle + label.height / 2,
      };
      const isInside = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top &&
        box.bottom <= frame.bottom;
      if (isInside && !taken.some((other) => overlap(box, other))) {
        taken.push(box);
        return { dx, dy };
      }
    }
  });
}

/** Right, left, above and below, then the same farther away. */
function* places({ width, height }: Label): Generator<Placed> {
  for (let lines = 0; lines < 4; lines++) {
    const away = lines * height;
    for (const dy of lines === 0 ? [0] : [-away, away]) {
      yield { dx: GAP, dy };
      yield { dx: -GAP - width, dy };
    }
    yield { dx: -width / 2, dy: -GAP - height / 2 - away };
    yield { dx: -width / 2, dy: GAP + height / 2 + away };
  }
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
