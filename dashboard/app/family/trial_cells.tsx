import { formatTime, threeDigits } from "../../../compare/quantities.ts";
import { variantOf } from "./chosen_rows.ts";
import type { TrialColumns } from "./trial_columns.ts";

/** A column of the table of trials. */
export interface TrialHead {
  /** As `chosenRows` sorts by it. */
  readonly name: string;
  readonly label: string;
  readonly title?: string;
  readonly isNumber: boolean;
  readonly isSortable: boolean;
  /** Pixels: a table whose rows come and go must not fit its columns to them. */
  readonly width: number;
}

/** The columns there are: sizes and reasons only where they tell anything. */
export function headsOf({ tunables, sizes, reasons, statuses }: TrialColumns): TrialHead[] {
  const number = (name: string, label: string, width: number, title: string): TrialHead => ({
    name,
    label,
    width,
    title,
    isNumber: true,
    isSortable: true,
  });
  const word = (name: string, label: string, width: number, isSortable = true): TrialHead => ({
    name,
    label,
    width,
    isNumber: false,
    isSortable,
  });
  return [
    number("us", "time", 92, "Median time of one call"),
    number("rooflinePercent", "roofline", 84, "Share of the measured roofline"),
    number("error", "error", 84, "Largest RMS error ratio against the float64 reference"),
    number("compileMs", "compile", 88, "Time to compile, or to find it in a cache"),
    ...tunables.map(({ name, values }) => word(`config:${name}`, name, wide([name, ...values.map(String)]))),
    word("status", "status", wide(["status", ...statuses])),
    ...(sizes.length > 1 ? [word("size", "size", wide(sizes))] : []),
    number("place", "trial", 64, "Place in the order they ran, the oldest being 1"),
    word("code", "code", 64, false),
    ...(reasons.length > 1 ? [word("reason", "reason", Math.min(900, wide(reasons)))] : []),
  ];
}

const wide = (texts: readonly string[]) =>
  34 + Math.ceil(7.2 * texts.reduce((most, text) => Math.max(most, text.length), 0));

/** One trial; `index` is its place among all rows, the head being 1. */
export function TrialRow({ columns, row, index, code }: {
  readonly columns: TrialColumns;
  readonly row: number;
  readonly index: number;
  readonly code: string;
}) {
  const { tunables, configs, us, rooflinePercent, error, compileMs, place } = columns;
  const status = columns.statuses[columns.status[row]];
  return (
    <tr aria-rowindex={index}>
      <td class="num">{shown(us[row], formatTime)}</td>
      <td class="num">{shown(rooflinePercent[row], (x) => `${threeDigits(x)} %`)}</td>
      <td class="num">{shown(error[row], (x) => x.toExponential(1))}</td>
      <td class="num">{shown(compileMs[row], (x) => formatTime(1000 * x))}</td>
      {tunables.map(({ name, values }, i) => (
        <td key={name} class="mono">{configs[i][row] >= 0 ? String(values[configs[i][row]]) : ""}</td>
      ))}
      <td class={status === "passed" ? undefined : "trouble"}>{status}</td>
      {columns.sizes.length > 1 && <td class="mono">{columns.sizes[columns.size[row]]}</td>}
      <td class="num">{place[row]}</td>
      <td>
        <a href={`${code}${encodeURIComponent(variantOf(columns, row))}`}>code</a>
      </td>
      {columns.reasons.length > 1 && <td>{columns.reasons[columns.reason[row]]}</td>}
    </tr>
  );
}

function shown(value: number | null, format: (value: number) => string): string {
  return value === null ? "" : format(value);
}
