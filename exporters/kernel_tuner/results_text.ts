import type { StoredResult } from "./stored_results.ts";

/** Records of a kernel as the file `store_results` writes and `TuneResults` reads, version 1.0. */
export function resultsText(kernel: string, records: readonly StoredResult[]): string {
  const [first, ...rest] = records.map(({ tunable_parameters }) => tunable_parameters);
  const document = {
    version_number: "1.0",
    // The reader refuses a record that lacks one of these, and a formulation reads tunables others do not.
    tunable_parameters: Object.keys(first).filter((name) => rest.every((config) => name in config)),
    kernel_name: kernel,
    objective: "time",
    objective_higher_is_better: false,
    data: records,
  };
  return JSON.stringify(document, null, 2) + "\n";
}
