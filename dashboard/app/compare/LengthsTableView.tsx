import { formatTokens } from "../../../compare/quantities.ts";
import type { LengthsTable } from "./lengths_table.ts";

/** Numbers of all curves, a row a length; the hover island marks the row of the length it reads. */
export function LengthsTableView({ table }: { readonly table: LengthsTable }) {
  const { groups, rows, notes, asides } = table;
  return (
    <section class="lengths">
      <h2>By length</h2>
      <div
        class="scroll"
        tabIndex={0}
        role="region"
        aria-label="Prefill, time per token and memory by length"
      >
        <table class="data">
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>context</th>
              {groups.map(({ title, models }) => (
                <th key={title} scope="colgroup" colSpan={models.length} class="group">{title}</th>
              ))}
            </tr>
            <tr>
              {groups.flatMap(({ title, models }) =>
                models.map((name, i) => (
                  <th key={`${title} ${name}`} scope="col" class={i === 0 ? "num first" : "num"}>{name}</th>
                ))
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ tokens, cells }) => (
              <tr key={tokens} data-tokens={tokens}>
                <th scope="row">{formatTokens(tokens)}</th>
                {cells.map((cell, i) => (
                  <td key={i} class={isFirst(groups, i) ? "num first" : "num"}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {notes.length > 0 && <ul class="notes">{notes.map((note) => <li key={note}>{note}</li>)}</ul>}
      {asides.length > 0 && (
        <details>
          <summary>Notes on single numbers</summary>
          <ul class="notes">{asides.map((aside) => <li key={aside}>{aside}</li>)}</ul>
        </details>
      )}
    </section>
  );
}

/** Whether a column is its group's first: a line stands before it. */
function isFirst(groups: LengthsTable["groups"], column: number): boolean {
  let start = 0;
  return groups.some(({ models }) => {
    const isIt = start === column;
    start += models.length;
    return isIt;
  });
}
