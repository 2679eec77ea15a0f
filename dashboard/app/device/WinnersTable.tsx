import type { Trial, Winner } from "../../../profiles/schema.ts";
import type { Stages } from "../../../profiles/stages.ts";
import { type WinnerRow, winnerRows } from "./winner_rows.ts";

interface Props {
  readonly slug: string;
  readonly families: readonly string[];
  readonly winners: readonly Winner[];
  readonly trials: ReadonlyMap<string, readonly Trial[]>;
  readonly hashes: ReadonlyMap<string, string>;
  readonly stages: Stages | undefined;
}

const COLUMNS = 8;

/** The winner of every workload, by family. */
export function WinnersTable({ slug, families, winners, trials, hashes, stages }: Props) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Winners by family">
      <table class="data winners">
        <thead>
          <tr>
            <th scope="col">workload</th>
            <th scope="col" class="num">time</th>
            <th scope="col" class="num">spread</th>
            <th scope="col" class="num">roofline</th>
            <th scope="col" class="num">vs default</th>
            <th scope="col" class="num">error</th>
            <th scope="col">differs from the default in</th>
            <th scope="col">tied with</th>
          </tr>
        </thead>
        {families.map((family) => (
          <tbody key={family}>
            <tr class="group">
              <th scope="rowgroup" colSpan={COLUMNS}>
                <a href={hrefOf(slug, family)}>{family}</a>{" "}
                <span class="muted">{countWords(trials.get(family) ?? [])}</span>
              </th>
            </tr>
            <Rows
              rows={winnerRows(winners.filter((w) => w.family === family), hashes, stages)}
              href={hrefOf(slug, family)}
            />
          </tbody>
        ))}
      </table>
    </div>
  );
}

function Rows({ rows, href }: { readonly rows: readonly WinnerRow[]; readonly href: string }) {
  if (rows.length === 0) {
    return (
      <tr>
        <td colSpan={COLUMNS} class="muted">No winner: none of its trials passed with this source.</td>
      </tr>
    );
  }
  return (
    <>
      {rows.map((row) => (
        <tr key={row.workload}>
          <th scope="row" class="workload">
            {row.workload.replaceAll(",", ", ")}
            {row.cautions.map((caution) => (
              <>
                {" "}
                <span class="tag caution">{caution}</span>
              </>
            ))}
          </th>
          <td class="num" title={row.interval}>
            {row.time}
            {row.hasStages && (
              <>
                <br />
                <a href={`${href}#stages`} aria-label={`stages of ${row.workload}`}>stages</a>
              </>
            )}
          </td>
          <td class="num">{row.spread}</td>
          <td class="num">{row.roofline}</td>
          <td class="num">{row.versusDefault}</td>
          <td class="num">{row.error}</td>
          <td class="changes">{row.changed.join(" ") || <span class="muted">nothing</span>}</td>
          <td class="changes">
            {row.tied.length > 0 ? <Tied variants={row.tied} /> : <span class="muted">-</span>}
          </td>
        </tr>
      ))}
    </>
  );
}

function Tied({ variants }: { readonly variants: readonly string[] }) {
  if (variants.length === 1) return <>{variants[0]}</>;
  return (
    <details>
      <summary>{variants.length} variants</summary>
      <ul>{variants.map((variant) => <li key={variant}>{variant}</li>)}</ul>
    </details>
  );
}

/** A profile may name its families anything. */
function hrefOf(slug: string, family: string): string {
  return `/devices/${slug}/${encodeURIComponent(family)}`;
}

function countWords(trials: readonly Trial[]): string {
  const passed = trials.filter(({ status }) => status === "passed").length;
  if (trials.length === 0) return "no trials on disk";
  return `${trials.length} ${trials.length === 1 ? "trial" : "trials"}, ${passed} passed`;
}
