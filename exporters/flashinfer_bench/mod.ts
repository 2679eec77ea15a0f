import type { AnyFamily } from "../../kernels/core/family.ts";
import type { Exporter, ExportFile, ExportRequest, Tuned } from "../exporter.ts";
import { isNameable, unnamed } from "../nameable.ts";
import { readme } from "../readme.ts";
import { AUTHOR, traceOf } from "./trace.ts";

/** Trials as traces of FlashInfer-Bench, in the folders its data sets have. */
export const flashinferBench: Exporter = {
  name: "flashinfer-bench",
  doc: "Traces, one for each trial that ran, in the layout of a FlashInfer Trace data set",
  readBy:
    "FlashInfer-Bench: TraceSet.from_path, or FIB_DATASET_PATH; traces/ may be copied into another data set",
  severalDevices: true,
  // deno-lint-ignore require-await -- throws become rejections
  async files(request) {
    const traces = request.families.flatMap((family) =>
      request.devices.flatMap((tuned) =>
        trialsOf(tuned, family).filter((trial) => isNameable(family, trial)).flatMap((trial) => {
          const trace = traceOf(family, tuned, trial);
          return trace ? [{ path: `traces/${AUTHOR}/${family.name}/${trace.definition}.jsonl`, trace }] : [];
        })
      )
    );
    if (traces.length === 0) {
      throw new RangeError(
        `Cannot export traces of ${request.families.map(({ name }) => name).join(", ")}: ${
          request.devices.map(({ slug }) => slug).join(", ")
        } has no trials of them that ran, so tune them first`,
      );
    }
    const files = [...Map.groupBy(traces, ({ path }) => path)].map(([path, own]): ExportFile => ({
      path,
      text: own.map(({ trace }) => JSON.stringify(trace) + "\n").join(""),
    }));
    return [...files, explain(request)];
  },
};

const trialsOf = ({ trials }: Tuned, { name }: AnyFamily) => trials.filter(({ family }) => family === name);

function explain(request: ExportRequest): ExportFile {
  const foreign =
    request.families.flatMap((family) =>
      request.devices.flatMap((tuned) =>
        trialsOf(tuned, family).filter((trial) => !isNameable(family, trial))
      )
    ).length;
  return readme({
    title: "Traces for FlashInfer-Bench",
    use: [
      `\`traces/${AUTHOR}/FAMILY/DEFINITION.jsonl\` has a line for each trial that ran, failed ones too, as ` +
      "`Trace` of flashinfer_bench.data reads it.",
      "A definition's name is a family at exact head sizes and storage types; `axes` are tokens, sequences and heads, " +
      "with 1 for tokens where a kernel takes one token a call and keeps no cache. A solution's name is the " +
      "variant and the hash of its source.",
    ],
    transfers: [
      "outcome, time of day and reason of every trial that ran (`device_lost` is RUNTIME_ERROR)",
      "`latency_ms`: the median of one call",
      "`correctness.extra.max_rms_error_ratio`: the largest RMS error ratio against a float64 reference",
      "`reference_latency_ms` and `speedup_factor`: against the family's default variant at the same size, not against " +
      "a definition's PyTorch reference",
    ],
    doesNot: [
      "`max_relative_error` and `max_absolute_error`: not measured, so they are no number, and `get_best_trace` and " +
      "`filter_traces` pass such traces over whatever the tolerance; `summary` counts them",
      "the default variant's time where the winner was stored without one: both fields are left out, which reads as 0",
      "definitions and solutions: a definition wants a Python reference, a solution a language its builder knows, " +
      "and these kernels are WGSL with a reference in TypeScript. Traces name theirs and load without; `validate` " +
      "and scores by author ask for them",
      "variants that were refused before they ran (`rejected`): there is no status for them",
      "the inputs: seeded numbers in honest ranges, of which the schema says `random`",
      ...unnamed(foreign, "a kernel"),
    ],
  }, request);
}
