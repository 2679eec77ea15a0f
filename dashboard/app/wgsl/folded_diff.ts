import { diffArrays } from "diff";

/** A line of two texts side by side: numbers count from 1 and are absent where a text does not have the line. */
export interface DiffLine {
  readonly kind: "same" | "removed" | "added";
  readonly a?: number;
  readonly b?: number;
}
/** Lines that follow each other, or so many left out because they are the same. */
export type DiffRun =
  | { readonly kind: "lines"; readonly lines: readonly DiffLine[] }
  | { readonly kind: "folded"; readonly lines: readonly DiffLine[] };

export interface FoldedDiff {
  readonly runs: readonly DiffRun[];
  readonly added: number;
  readonly removed: number;
}

/** Lines shown around a change. */
const AROUND = 3;
/** Texts that differ more are no versions of one another. */
const MOST_EDITS = 2000;

/** What changes from one text to the other, unchanged runs folded; undefined where hardly a line is shared. */
export function foldedDiff(a: readonly string[], b: readonly string[]): FoldedDiff | undefined {
  const changes = diffArrays([...a], [...b], { maxEditLength: MOST_EDITS });
  if (!changes) return undefined;
  const lines: DiffLine[] = [];
  let inA = 0, inB = 0;
  for (const { added, removed, value } of changes) {
    for (let i = 0; i < value.length; i++) {
      if (added) lines.push({ kind: "added", b: ++inB });
      else if (removed) lines.push({ kind: "removed", a: ++inA });
      else lines.push({ kind: "same", a: ++inA, b: ++inB });
    }
  }
  return {
    runs: fold(lines),
    added: lines.filter((line) => line.kind === "added").length,
    removed: lines.filter((line) => line.kind === "removed").length,
  };
}

function fold(lines: readonly DiffLine[]): DiffRun[] {
  const isNear = lines.map(() => false);
  for (const [i, { kind }] of lines.entries()) {
    if (kind === "same") continue;
    isNear.fill(true, Math.max(0, i - AROUND), i + AROUND + 1);
  }
  const runs: { kind: DiffRun["kind"]; lines: DiffLine[] }[] = [];
  for (const [i, line] of lines.entries()) {
    const kind = isNear[i] ? "lines" : "folded";
    const last = runs.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else runs.push({ kind, lines: [line] });
  }
  // A fold of one line is longer than the line.
  return runs.map((run) => run.lines.length < 2 ? { ...run, kind: "lines" } : run);
}
