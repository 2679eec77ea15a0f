import type { TrialColumns } from "./trial_columns.ts";

/** Which trials a table shows, and in what order. */
export interface RowChoice {
  /** Words a row must hold, every one of them, in its config, status, size or reason. */
  readonly text: string;
  /** A status as it stands in the columns; empty for all. */
  readonly status: string;
  /** A numeric column, or a tunable as `config:NAME`. */
  readonly sort: string;
  readonly descending: boolean;
}

/** Columns of a table of trials that hold numbers. */
export const NUMBERS = ["place", "us", "rooflinePercent", "error", "compileMs"] as const;
/** Columns that hold places in lists. */
export const LISTS = { status: "statuses", size: "sizes", reason: "reasons" } as const;

/** Rows of the chosen trials. What has no value stands last in either order. */
export function chosenRows(columns: TrialColumns, choice: RowChoice): number[] {
  const words = choice.text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const rows: number[] = [];
  for (let row = 0; row < columns.place.length; row++) {
    if (choice.status !== "" && columns.statuses[columns.status[row]] !== choice.status) continue;
    if (words.length > 0) {
      const text = rowText(columns, row);
      if (!words.every((word) => text.includes(word))) continue;
    }
    rows.push(row);
  }
  const key = sortKey(columns, choice.sort);
  const sign = choice.descending ? -1 : 1;
  return rows.sort((a, b) => {
    const left = key(a), right = key(b);
    if (left === right) return columns.place[a] - columns.place[b];
    if (left === null || right === null) return left === null ? 1 : -1;
    return left < right ? -sign : sign;
  });
}

/** The variant's id, in the order of the space. */
export function variantOf({ family, tunables, configs }: TrialColumns, row: number): string {
  const parts = tunables.flatMap(({ name, values }, i) =>
    configs[i][row] >= 0 ? [`${name}=${values[configs[i][row]]}`] : []
  );
  return `${family}:${parts.join(";")}`;
}

const texts = new WeakMap<TrialColumns, string[]>();

function rowText(columns: TrialColumns, row: number): string {
  let known = texts.get(columns);
  if (!known) texts.set(columns, known = []);
  return known[row] ??= [
    variantOf(columns, row),
    columns.statuses[columns.status[row]],
    columns.sizes[columns.size[row]],
    columns.reasons[columns.reason[row]],
  ].join(" ").toLowerCase();
}

function sortKey(columns: TrialColumns, sort: string): (row: number) => number | string | null {
  const number = NUMBERS.find((name) => name === sort);
  if (number) return (row) => columns[number][row];
  if (sort in LISTS) {
    const name = sort as keyof typeof LISTS;
    return (row) => columns[LISTS[name]][columns[name][row]] || null;
  }
  const tunable = columns.tunables.findIndex(({ name }) => `config:${name}` === sort);
  if (tunable < 0) return (row) => columns.place[row];
  // By place, which is the order the space walks them in.
  return (row) => columns.configs[tunable][row] >= 0 ? columns.configs[tunable][row] : null;
}
