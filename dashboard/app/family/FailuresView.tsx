import type { FailureGroup } from "./failure_groups.ts";
import { DataTable } from "../components/DataTable.tsx";

/** Failed trials by what was wrong. */
export function FailuresView({ groups, count, tried, codeUrl }: {
  readonly groups: readonly FailureGroup[];
  /** Trials that failed, of those tried. */
  readonly count: number;
  readonly tried: number;
  readonly codeUrl: (variant: string) => string;
}) {
  if (groups.length === 0) return <p class="muted">None of {tried} variants failed.</p>;
  return (
    <>
      <p class="muted">
        {count} of {tried} variants failed. # stands for any number; a reason in full is the latest one's.
      </p>
      <DataTable label="Failures" tall kind="failures">
        <thead>
          <tr>
            <th scope="col">status</th>
            <th scope="col" class="num">variants</th>
            <th scope="col">reason</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ status, pattern, count, example }) => (
            <tr key={`${status} ${pattern}`}>
              <th scope="row">{status.replaceAll("_", " ")}</th>
              <td class="num">{count}</td>
              <td class="why">
                {count === 1 || !pattern.includes("#") ? example.reason : (
                  <details>
                    <summary>{pattern}</summary>
                    {example.reason}
                  </details>
                )} <a href={codeUrl(example.variant)}>{count === 1 ? "its code" : "code of the latest"}</a>
              </td>
            </tr>
          ))}
        </tbody>
      </DataTable>
    </>
  );
}
