import type { DiffLine, FoldedDiff } from "./folded_diff.ts";
import { type Piece, wgslLines } from "./wgsl_lines.ts";

/** A WGSL text with its line numbers, which copying leaves out. */
export function CodeView({ code, label }: { readonly code: string; readonly label: string }) {
  return (
    <div class="scroll code" tabIndex={0} role="region" aria-label={`WGSL of ${label}`}>
      <pre><code>
        {wgslLines(code).map((pieces, i) => <span key={i} class="line"><Pieces pieces={pieces} /></span>)}
      </code></pre>
    </div>
  );
}

const SIGNS = { same: " ", removed: "-", added: "+" } as const;
const SAID = { same: undefined, removed: "removed", added: "added" } as const;

/** Two WGSL texts in one column: what goes, what comes, and a little of what stays around it. */
export function DiffView({ a, b, diff, label }: {
  readonly a: string;
  readonly b: string;
  readonly diff: FoldedDiff;
  readonly label: string;
}) {
  const [left, right] = [wgslLines(a), wgslLines(b)];
  const row = (line: DiffLine) => (
    <tr key={`${line.a} ${line.b}`} class={line.kind}>
      <td class="number">{line.a}</td>
      <td class="number">{line.b}</td>
      <td class="sign" aria-label={SAID[line.kind]}>{SIGNS[line.kind]}</td>
      <td class="text">
        <Pieces pieces={line.b === undefined ? left[line.a! - 1] : right[line.b - 1]} />
      </td>
    </tr>
  );
  return (
    <div class="scroll code" tabIndex={0} role="region" aria-label={`Differences of ${label}`}>
      <table class="diff">
        <thead class="said">
          <tr>
            <th scope="col">line of A</th>
            <th scope="col">line of B</th>
            <th scope="col">change</th>
            <th scope="col">WGSL</th>
          </tr>
        </thead>
        <tbody>
          {diff.runs.map((run, i) =>
            run.kind === "lines" ? run.lines.map(row) : (
              <tr key={`fold ${i}`} class="fold">
                <td colSpan={4}>{run.lines.length} lines are the same</td>
              </tr>
            )
          )}
        </tbody>
      </table>
    </div>
  );
}

function Pieces({ pieces }: { readonly pieces: readonly Piece[] }) {
  return (
    <>{pieces.map(({ text, kind }, i) => kind ? <span key={i} class={`t-${kind}`}>{text}</span> : text)}</>
  );
}
