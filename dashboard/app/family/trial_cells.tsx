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

/** The columns there are: tunables, sizes and reasons only where they tell anything. */
export function headsOf(columns: TrialColumns): TrialHead[] {
  const { tunables, sizes, reasons, statuses } = columns;
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
    word("status", "status", wide(["status", ...statuses])),
    word("code", "code", 64, false),
    number("rooflinePercent", "roofline", 84, "Share of the measured roofline"),
    number("error", "error", 84, "Largest RMS error ratio against the float64 reference"),
    number("compileMs", "compile", 88, "Time to compile, or to find it in a cache"),
    ...varied(columns).map((i) =>
      word(
        `config:${tunables[i].name}`,
        tunables[i].name,
        wide([tunables[i].name, ...tunables[i].values.map(String)]),
      )
    ),
    ...(sizes.length > 1 ? [word("size", "size", wide(sizes))] : []),
    number("place", "trial", 72, "Place in the order they ran, the oldest being 1"),
    ...(reasons.length > 1 ? [word("reason", "reason", Math.min(900, wide(reasons)))] : []),
  ];
}

const variedOf = new WeakMap<TrialColumns, readonly number[]>();

/** Places of the tunables that are not the same in every trial. */
function varied(columns: TrialColumns): readonly number[] {
  let known = variedOf.get(columns);
  if (!known) {
    known = columns.configs.flatMap((column, i) => column.some((place) => place !== column[0]) ? [i] : []);
    variedOf.set(columns, known);
  }
  return known;
}

/** What all trials share, as `cacheElem=f32`. */
export function sharedWords(columns: TrialColumns): string {
  const own = new Set(varied(columns));
  return columns.tunables.flatMap(({ name, values }, i) =>
    own.has(i) ? [] : [`${name}=${values[columns.configs[i][0]]}`]
  ).join(", ");
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
      <td class={status === "passed" ? undefined : "trouble"}>{status}</td>
      <td>
        <a href={`${code}${encodeURIComponent(variantOf(columns, row))}`}>code</a>
      </td>
      <td class="num">{shown(rooflinePercent[row], (x) => `${threeDigits(x)} %`)}</td>
      <td class="num">{shown(error[row], (x) => x.toExponential(1))}</td>
      <td class="num">{shown(compileMs[row], (x) => formatTime(1000 * x))}</td>
      {varied(columns).map((i) => (
        <td key={i} class="mono">
          {configs[i][row] >= 0 ? String(tunables[i].values[configs[i][row]]) : ""}
        </td>
      ))}
      {columns.sizes.length > 1 && <td class="mono">{columns.sizes[columns.size[row]]}</td>}
      <td class="num">{place[row]}</td>
      {columns.reasons.length > 1 && <td>{columns.reasons[columns.reason[row]]}</td>}
    </tr>
  );
}

function shown(value: number | null, format: (value: number) => string): string {
  return value === null ? "" : format(value);
}
