import type { Comparison } from "../compare/comparison.ts";
import { compare } from "../compare/compare.ts";
import { KernelTimes } from "../compare/kernel_times.ts";
import { firstLength, lengthsBetween, windowTokensFor } from "../compare/asked_lengths.ts";
import { measureAll, type Question } from "../compare/measure_all.ts";
import type { Ceilings, DeviceRecord } from "../profiles/schema.ts";
import { defaultRoot, ProfileStore } from "../profiles/store_fs.ts";
import { deviceLine } from "./device_lines.ts";
import { CallBench } from "./call_bench.ts";
import { chooseModels, type ModelOptions } from "./choose_models.ts";
import { measureFormulations } from "./compare_formulations.ts";
import { scratchOf } from "./compare_scratch.ts";
import { comparisonLines } from "./comparison_lines.ts";
import { GpuProcess } from "./gpu_process.ts";
import type { Backend } from "./open_backend.ts";
import { note, print, printJson } from "./output.ts";
import { checkReportFolder, saveComparison, writeReport } from "./write_report.ts";
import { TrialProcess } from "./trial_process.ts";
import { untilInterrupted } from "./until_interrupted.ts";
import { usableCeilings } from "./usable_ceilings.ts";
import { EXIT, UserError } from "./user_error.ts";
import { shownPath, userPath } from "./user_path.ts";

export interface CompareOptions extends ModelOptions {
  readonly minTokens?: number;
  readonly maxTokens?: number;
  readonly budget?: number;
  /** Bytes. */
  readonly memory?: number;
  readonly weightBits: number;
  readonly withProjections?: true;
  readonly out?: string;
  readonly backend?: Backend;
  readonly software?: true;
  readonly profiles?: string;
  readonly json?: true;
}

const GPU_BUDGET_MS = 300_000;
const SOFTWARE_BUDGET_MS = 90_000;
const GPU_TOKENS = 1 << 20;
const SOFTWARE_TOKENS = 4096;
const CEILINGS_TIMEOUT_MS = 60_000;

/** Measures what the models need, says what follows, and returns the exit code. Ctrl-C keeps every finished trial. */
export async function runCompare(options: CompareOptions): Promise<number> {
  const models = await chooseModels(options);
  const longest = Math.max(...models.map((m) => m.maxTokens));
  if (options.maxTokens !== undefined && options.maxTokens > longest) {
    throw new UserError(
      `Cannot compare up to ${options.maxTokens} tokens: the longest context of ${
        models.map((m) => m.name).join(", ")
      } is ${longest}; ask for --max-tokens ${longest} or less`,
    );
  }
  if (options.maxTokens !== undefined) {
    lengthsBetween(options.minTokens ?? firstLength(options.maxTokens), options.maxTokens);
  } else if (options.minTokens !== undefined) lengthsBetween(options.minTokens, longest);
  if (options.out !== undefined) await checkReportFolder(userPath(options.out));
  const { backend, software = false } = options;
  const gpu = await GpuProcess.start({ software, backend, onNotice: note });
  const trials = new TrialProcess(gpu);
  return await untilInterrupted(trials, async (signal) => {
    const { record, capabilities } = gpu;
    const isSoftware = record.software;
    const end = performance.now() + (options.budget ?? (isSoftware ? SOFTWARE_BUDGET_MS : GPU_BUDGET_MS));
    const maxTokens = options.maxTokens ?? Math.min(longest, isSoftware ? SOFTWARE_TOKENS : GPU_TOKENS);
    const question: Question = {
      models,
      lengths: lengthsBetween(
        options.minTokens ?? firstLength(maxTokens),
        Math.max(maxTokens, options.minTokens ?? 0),
      ),
      memoryBytes: options.memory,
      weightBits: options.weightBits,
    };
    note(deviceLine(record));
    const root = options.profiles ? userPath(options.profiles) : defaultRoot();
    using store = await ProfileStore.open(root, record);
    await store.acquire({
      onWait: (pid) =>
        note(
          `Another run${pid ? ` (process ${pid})` : ""} times kernels on this device; waiting for it to end.`,
        ),
      signal,
    });
    const ceilings = usableCeilings(await store.readProfile(), gpu) ??
      await gpu.request<Ceilings>("ceilings", {}, CEILINGS_TIMEOUT_MS);
    const roomBytes = options.memory ??
      (sharesMemory(record) ? Deno.systemMemoryInfo().total : Number.POSITIVE_INFINITY);
    const bench = await CallBench.open({
      record,
      capabilities,
      trials,
      store,
      root,
      ceilings,
      end,
      roomBytes,
    });
    const times = new KernelTimes(question.lengths, windowTokensFor(maxTokens));
    await measureAll(question, times, bench);
    const formulations = await measureFormulations(question, times, bench);
    const scratch = await scratchOf(question, times, bench, capabilities);
    const comparison = compare(question, times, {
      device: record,
      ceilings,
      withProjections: options.withProjections ?? false,
      scratchBytes: (model, tokens) => scratch.get(`${model.name} ${tokens}`),
      formulations,
      untuned: bench.untuned,
    });
    bench.done();
    await tell(comparison, options);
    const saved = await saveComparison(store.folder, comparison);
    const folder = options.out === undefined ? undefined : userPath(options.out);
    if (folder) await writeReport(folder, comparison);
    note(`Comparison: ${shownPath(saved)}${folder ? `; report: ${shownPath(folder)}/report.md` : ""}`);
    return comparison.points.length > 0 ? EXIT.ok : EXIT.failed;
  });
}

async function tell(comparison: Comparison, { json }: CompareOptions): Promise<void> {
  if (json) return await printJson(comparison);
  const locale = Deno.env.get("LC_ALL") ?? Deno.env.get("LC_CTYPE") ?? Deno.env.get("LANG") ?? "";
  await print(...comparisonLines(comparison, !/utf-?8/i.test(locale)));
}

/** Whether a device takes its memory from the computer's, and can take all of it before it says no. */
function sharesMemory({ software, vendor }: DeviceRecord): boolean {
  return software || /apple|intel|qualcomm|arm/i.test(vendor);
}
