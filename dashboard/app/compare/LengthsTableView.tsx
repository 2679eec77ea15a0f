import { formatTokens } from "../../../compare/quantities.ts";
import type { LengthsTable } from "./lengths_table.ts";

/** More columns than this have no room beside a figure: each quantity is a table then. */
const MOST_COLUMNS = 6;

/** Numbers of all curves, a row a length; the hover island marks the rows of the length it reads. */
export function LengthsTableView({ table }: { readonly table: LengthsTable }) {
  const { quantities, notes, asides } = table;
  const columns = quantities.reduce((sum, { models }) => sum + models.length, 0);
  const tables = columns <= MOST_COLUMNS ? [quantities] : quantities.map((quantity) => [quantity]);
  return (
    <section class="lengths">
      <h2>By length</h2>
      {tables.map((shown) => <Numbers key={shown[0].title} lengths={table.lengths} quantities={shown} />)}
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

function Numbers({ lengths, quantities }: Pick<LengthsTable, "lengths" | "quantities">) {
  const words = quantities.map((q) => q.title).join(", ");
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`${words} by length`}>
      <table class="data">
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>context</th>
            {quantities.map(({ title, models }) => (
              <th key={title} scope="colgroup" colSpan={models.length} class="first">{title}</th>
            ))}
          </tr>
          <tr>
            {quantities.flatMap(({ title, models }) =>
              models.map((name, i) => (
                <th key={`${title} ${name}`} scope="col" class={i === 0 ? "num first" : "num"}>{name}</th>
              ))
            )}
          </tr>
        </thead>
        <tbody>
          {lengths.map((tokens, row) => (
            <tr key={tokens} data-tokens={tokens}>
              <th scope="row">{formatTokens(tokens)}</th>
              {quantities.flatMap(({ title, rows }) =>
                rows[row].map((cell, i) => (
                  <td key={`${title} ${i}`} class={i === 0 ? "num first" : "num"}>{cell}</td>
                ))
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
