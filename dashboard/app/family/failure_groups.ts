import { type Trial, TRIAL_STATUSES, type TrialStatus } from "../../../profiles/schema.ts";

/** Trials that failed for one reason, whatever its numbers were. */
export interface FailureGroup {
  readonly status: Exclude<TrialStatus, "passed">;
  /** The reason with every number as `#`. */
  readonly pattern: string;
  readonly count: number;
  /** The latest one of them. */
  readonly example: Trial;
}

/** Failures by status, then by how many share a reason. */
export function failureGroups(trials: readonly Trial[]): FailureGroup[] {
  const groups = Map.groupBy(
    trials.filter((t) => t.status !== "passed"),
    (t) => `${t.status} ${withoutNumbers(t.reason ?? "")}`,
  );
  return [...groups.values()].map((group): FailureGroup => {
    const example = group.at(-1)!;
    return {
      status: example.status as FailureGroup["status"],
      pattern: withoutNumbers(example.reason ?? ""),
      count: group.length,
      example,
    };
  }).sort((a, b) =>
    TRIAL_STATUSES.indexOf(a.status) - TRIAL_STATUSES.indexOf(b.status) || b.count - a.count ||
    a.pattern.localeCompare(b.pattern)
  );
}

/** A variant's id is as much of a number as a size is: neither tells one reason from another. */
export function withoutNumbers(reason: string): string {
  return reason
    .replace(/\b[a-z][a-z0-9_]*:\w+=[^\s:]*/g, "<variant>")
    .replace(/\b0x[0-9a-f]+\b|(?<![\w.])\d+(\.\d+)?(e[+-]?\d+)?/gi, "#");
}
