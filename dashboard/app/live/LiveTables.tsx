import { formatTime, threeDigits } from "../../../compare/quantities.ts";
import type { LiveTrial } from "./live_event.ts";
import { sizeOf } from "./live_state.ts";

/** How a device's slug is shown. */
export type NameOf = (slug: string) => string;

/** The fastest variant of each device, family and size since the page was opened. */
export function BestTable(
  { best, nameOf }: { readonly best: readonly LiveTrial[]; readonly nameOf: NameOf },
) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Best so far">
      <table class="data">
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
              <Numbers trial={trial} />
              <td class="mono changes">{trial.changes.replaceAll(";", " ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Trials as they came, newest first. */
export function NewestTable(
  { trials, nameOf }: { readonly trials: readonly LiveTrial[]; readonly nameOf: NameOf },
) {
  return (
    <div class="scroll tall" tabIndex={0} role="region" aria-label="Newest trials">
      <table class="data">
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
                <span class={trial.status === "passed" ? "tag good" : "tag caution"}>
                  {trial.status.replaceAll("_", " ")}
                </span>
              </td>
              <Numbers trial={trial} />
              <td class="mono changes">{trial.changes.replaceAll(";", " ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Numbers({ trial: { medianUs, rooflinePercent } }: { readonly trial: LiveTrial }) {
  return (
    <>
      <td class="num">{medianUs !== undefined ? formatTime(medianUs) : "-"}</td>
      <td class="num">{rooflinePercent !== undefined ? `${threeDigits(rooflinePercent)} %` : "-"}</td>
    </>
  );
}
