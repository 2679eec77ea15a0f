import { formatTime, threeDigits } from "../../../compare/quantities.ts";
import type { TrialStatus } from "../../../profiles/schema.ts";

/** What became of a trial. */
export function TrialOutcome({ status }: { readonly status: TrialStatus }) {
  return <span class={status === "passed" ? "tag good" : "tag caution"}>{status.replaceAll("_", " ")}</span>;
}

/** Two cells: the time of one call, us, and its share of the roofline; dashes where there is none. */
export function TimeCells({ us, percent }: { readonly us?: number; readonly percent?: number }) {
  return (
    <>
      <td class="num">{us !== undefined ? formatTime(us) : "-"}</td>
      <td class="num">{percent !== undefined ? `${threeDigits(percent)} %` : "-"}</td>
    </>
  );
}
