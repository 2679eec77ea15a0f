import { formatFactor, formatTime, threeDigits } from "../../../compare/quantities.ts";
import type { ShownTrial, WorkloadProgress } from "./search_progress.ts";
import { DataTable } from "../components/DataTable.tsx";
import { TimeCells, TrialOutcome } from "../components/TrialOutcome.tsx";

/** A row per workload: how far it is and the best so far. */
export function WorkloadTable({ workloads, current }: {
  readonly workloads: readonly WorkloadProgress[];
  /** Whether a search is on: a workload without an end is under way or to come. */
  readonly current: boolean;
}) {
  const running = current ? workloads.findIndex((w) => w.end === undefined) : -1;
  return (
    <DataTable label="Workloads">
      <thead>
        <tr>
          <th scope="col">workload</th>
          <th scope="col">state</th>
          <th scope="col" class="num">tried</th>
          <th scope="col" class="num">failed</th>
          <th scope="col" class="num">best</th>
          <th scope="col" class="num">x the default</th>
          <th scope="col" class="num">roofline</th>
        </tr>
      </thead>
      <tbody>
        {workloads.map((w, i) => (
          <tr key={w.name} class={i === running ? "hit" : undefined}>
            <th scope="row">
              {w.name}
              <br />
              <span class="muted mono">{w.family}</span>
            </th>
            <td>
              {stateOf(w, i === running, current)}
              {w.tried === 0 && w.refused && <div class="muted">{w.refused}</div>}
              {!w.best && w.failure && <div class="muted reason">{w.failure}</div>}
            </td>
            <td class="num">{w.variants ? `${w.tried} of ${w.variants}` : "-"}</td>
            <td class="num">{w.tried > 0 ? w.failed : "-"}</td>
            <td class="num">{w.best?.timing ? formatTime(w.best.timing.medianUs) : "-"}</td>
            <td class="num">
              {w.best?.timing && w.baseline?.timing
                ? formatFactor(w.baseline.timing.medianUs / w.best.timing.medianUs)
                : "-"}
            </td>
            <td class="num">
              {w.best?.rooflinePercent !== undefined ? `${threeDigits(w.best.rooflinePercent)} %` : "-"}
            </td>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}

function stateOf(w: WorkloadProgress, isRunning: boolean, isOn: boolean): string {
  if (w.end !== undefined) return w.end;
  if (isRunning) return w.again > 0 ? `finalists again, ${w.again} times` : "searching";
  if (isOn) return "to come";
  return w.tried > 0 ? "stopped" : "not begun";
}

/** The last trials, newest first. */
export function TrialTable({ shown }: { readonly shown: readonly ShownTrial[] }) {
  return (
    <DataTable label="Last trials" tall>
      <thead>
        <tr>
          <th scope="col">family</th>
          <th scope="col">outcome</th>
          <th scope="col" class="num">one call</th>
          <th scope="col" class="num">roofline</th>
          <th scope="col">other than the default</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ trial, changes, isAgain }) => (
          <tr key={`${trial.at} ${trial.variant}`}>
            <th scope="row" class="mono">{trial.family}</th>
            <td>
              <TrialOutcome status={trial.status} />
              {isAgain && <span class="muted">again</span>}
              {trial.reason && <div class="muted reason">{trial.reason}</div>}
            </td>
            <TimeCells us={trial.timing?.medianUs} percent={trial.rooflinePercent} />
            <td class="mono changes">{changes.replaceAll(";", " ")}</td>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}
