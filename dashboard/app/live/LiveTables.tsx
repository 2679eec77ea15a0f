import type { LiveTrial } from "./live_event.ts";
import { sizeOf } from "./live_state.ts";
import { DataTable } from "../components/DataTable.tsx";
import { TimeCells, TrialOutcome } from "../components/TrialOutcome.tsx";

/** How a device's slug is shown. */
export type NameOf = (slug: string) => string;

/** The fastest variant of each device, family and size since the page was opened. */
export function BestTable(
  { best, nameOf }: { readonly best: readonly LiveTrial[]; readonly nameOf: NameOf },
) {
  return (
    <DataTable label="Best so far">
      <thead>
        <tr>
          <th scope="col">device</th>
          <th scope="col">family</th>
          <th scope="col">size</th>
          <th scope="col" class="num">one call</th>
          <th scope="col" class="num">roofline</th>
          <th scope="col">other than the default</th>
        </tr>
      </thead>
      <tbody>
        {best.map((trial) => (
          <tr key={`${trial.device} ${trial.family} ${sizeOf(trial)}`}>
            <th scope="row">{nameOf(trial.device)}</th>
            <td>
              <a class="mono" href={`/devices/${trial.device}/${trial.family}`}>{trial.family}</a>
            </td>
            <td class="mono size">{sizeOf(trial).replaceAll(",", " ")}</td>
            <TimeCells us={trial.medianUs} percent={trial.rooflinePercent} />
            <td class="mono changes">{trial.changes.replaceAll(";", " ")}</td>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}

/** Trials as they came, newest first. */
export function NewestTable(
  { trials, nameOf }: { readonly trials: readonly LiveTrial[]; readonly nameOf: NameOf },
) {
  return (
    <DataTable label="Newest trials" tall>
      <thead>
        <tr>
          <th scope="col">time</th>
          <th scope="col">device</th>
          <th scope="col">family</th>
          <th scope="col">outcome</th>
          <th scope="col" class="num">one call</th>
          <th scope="col" class="num">roofline</th>
          <th scope="col">other than the default</th>
        </tr>
      </thead>
      <tbody>
        {trials.map((trial, i) => (
          <tr key={`${trial.at} ${trial.variant} ${trials.length - i}`}>
            <td class="mono">
              <time datetime={trial.at}>{new Date(trial.at).toLocaleTimeString("en-GB")}</time>
            </td>
            <td>{nameOf(trial.device)}</td>
            <th scope="row" class="mono">
              {trial.family}
              {trial.collection !== trial.family && <span class="tag">{trial.collection}</span>}
            </th>
            <td>
              <TrialOutcome status={trial.status} />
            </td>
            <TimeCells us={trial.medianUs} percent={trial.rooflinePercent} />
            <td class="mono changes">{trial.changes.replaceAll(";", " ")}</td>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}
