import { errorRatio } from "../kernels/core/error_ratio.ts";
import type { AnyFamily, Axes, Plan, Range, Tensor } from "../kernels/core/family.ts";
import { fit, planBytes } from "../kernels/core/fit.ts";
import type { Config } from "../kernels/core/space.ts";
import { encodeStep, Execution } from "./executor.ts";
import type { OpenDevice } from "./open_device.ts";
import { PipelineCache } from "./pipeline_cache.ts";
import { fillRepeating } from "./timing_inputs.ts";
import { Timer } from "./timer.ts";

/** Inputs repeat this many tokens: a prime, so that no window sees what the one before it saw. */
const BLOCK_TOKENS = 2053;
/** Tokens compared, evenly over the whole length, and borders between windows, with their neighbours on both sides. */
const SPREAD = 128;
const MOST_BORDERS = 128;
/** What may differ in f32 between sums of one value taken in another order. */
const F32_AGREEMENT = 2e-6;

export interface CompareRequest {
  readonly axes: Axes;
  readonly config: Config;
  /** Tokens of the larger windows; absent: the variant's own, or half the input where that takes one window. */
  readonly windowTokens?: number;
}

/** One run of a variant in windows of one length. */
export interface WindowedRun {
  readonly windowTokens: number;
  readonly windows: number;
  readonly dispatches: number;
  readonly buffers: number;
  readonly scratchBytes: number;
  readonly longestDispatchMs: number;
  /** All dispatches, without the pauses between them. */
  readonly totalMs: number;
}

/** The same input worked through in windows of two lengths. */
export interface WindowsComparison {
  /** The second run's windows are one token shorter. */
  readonly runs: readonly [WindowedRun, WindowedRun];
  readonly clock: Timer["clock"];
  readonly sampledTokens: number;
  /** RMS error ratio between the runs by output, of the worst token where the output has one for each. */
  readonly errors: Readonly<Record<string, number>>;
  readonly tolerance: number;
  readonly passed: boolean;
}

/**
 * Runs a variant twice on one input, in windows that differ by a token, and compares outputs at sampled tokens, those
 * around the borders of windows included. Inputs are filled on the device and outputs read in part, so that the length is
 * bounded by the device's memory and not by the host's. Throws RangeError where the family works through its input in
 * one piece.
 */
export async function compareWindows(
  opened: OpenDevice,
  family: AnyFamily,
  request: CompareRequest,
): Promise<WindowsComparison> {
  const { axes, config } = request;
  const { capabilities } = opened;
  const larger = request.windowTokens ?? longestWindow(family.plan(axes, config, capabilities), axes);
  const plans = [larger, larger - 1].map((windowTokens) => {
    if (windowTokens < 1) throw new RangeError(`Cannot shorten windows of ${larger} token by one`);
    return fit(family.plan(axes, config, capabilities, { windowTokens }), capabilities);
  });
  const tokens = sampledTokens(plans, axes.T);
  const ranges = Object.fromEntries(
    Object.entries(family.outputs).map(([name, { shape }]) => [name, rangesOf(shape, axes, tokens)]),
  );
  const blockTokens = Math.min(BLOCK_TOKENS, Math.max(1, axes.T - (axes.T + 1) % 2));
  const floats = family.inputsFor({ ...axes, T: blockTokens }, 2);
  const integers = family.indicesFor?.(axes, 1);
  const timer = new Timer(opened.device);
  try {
    const fill = (execution: Execution, plan: Plan) => fillRepeating([execution], plan, floats, integers);
    const [one, other] = [
      await runWindows(opened, plans[0], ranges, timer, fill),
      await runWindows(opened, plans[1], ranges, timer, fill),
    ];
    const errors = Object.fromEntries(
      Object.keys(ranges).map((name) => [
        name,
        worstRatio(other.outputs[name], one.outputs[name], ranges[name]),
      ]),
    );
    const tolerance = plans[0].tolerance > 1e-5 ? plans[0].tolerance : F32_AGREEMENT;
    return {
      runs: [one.run, other.run],
      clock: timer.clock,
      sampledTokens: tokens.length,
      errors,
      tolerance,
      passed: Object.values(errors).every((error) => error <= tolerance),
    };
  } finally {
    timer.destroy();
  }
}

function longestWindow({ id, windows }: Plan, { T }: Axes): number {
  if (!windows) {
    throw new RangeError(`Cannot compare windows of ${id}: it works through its input in one piece`);
  }
  return Math.max(2, windows.length > 1 ? Math.max(...windows.map((w) => w.count)) : Math.ceil(T / 2));
}

/** Tokens spread evenly, and those on both sides of some borders of each plan's windows. */
function sampledTokens(plans: readonly Plan[], T: number): number[] {
  const spread = Array.from({ length: SPREAD }, (_, i) => Math.floor((i + 0.5) * T / SPREAD));
  const borders = plans.flatMap((plan) => {
    const firsts = [...new Set(plan.windows!.map((w) => w.first))].filter((first) => first > 0);
    const step = Math.ceil(firsts.length / MOST_BORDERS);
    return firsts.filter((_, i) => i % step === 0 || i === firsts.length - 1);
  });
  const tokens = [...spread, ...borders.flatMap((first) => [first - 1, first, first + 1]), 0, T - 1];
  return [...new Set(tokens.filter((token) => token < T))].sort((a, b) => a - b);
}

/** Elements of an output's rows at `tokens`, in sequences taken in turn; all elements where it has no T axis. */
function rangesOf(shape: readonly (string | number)[], axes: Axes, tokens: readonly number[]): Range[] {
  const sizes = shape.map((axis) => typeof axis === "number" ? axis : axes[axis]);
  const product = (some: number[]) => some.reduce((a, b) => a * b, 1);
  const at = shape.indexOf("T");
  if (at < 0) return [{ offset: 0, length: product(sizes) }];
  const sequences = product(sizes.slice(0, at));
  const length = product(sizes.slice(at + 1));
  return tokens.map((token, i) => ({ offset: (i % sequences * axes.T + token) * length, length }));
}

async function runWindows(
  opened: OpenDevice,
  plan: Plan,
  ranges: Readonly<Record<string, readonly Range[]>>,
  timer: Timer,
  fill: (execution: Execution, plan: Plan) => void,
): Promise<{ run: WindowedRun; outputs: Record<string, Tensor> }> {
  const execution = await Execution.prepare(opened.device, plan, new PipelineCache());
  try {
    execution.upload({});
    fill(execution, plan);
    if (!opened.record.software) {
      // Once before, so that the times are not those of a GPU waking up; that leaves other states.
      execution.run();
      fill(execution, { ...plan, buffers: plan.buffers.filter((b) => b.role === "state") });
    }
    let next = 0;
    const times = await timer.spans(plan.passes.length, (pass) => encodeStep(pass, execution.steps[next++]));
    const outputs: Record<string, Tensor> = {};
    for (const [name, some] of Object.entries(ranges)) outputs[name] = await execution.read(name, some);
    const run = {
      windowTokens: Math.max(...plan.windows!.map((w) => w.count)),
      windows: plan.windows!.length,
      dispatches: plan.passes.length,
      buffers: plan.buffers.length,
      scratchBytes: planBytes(plan, "scratch"),
      longestDispatchMs: Math.max(...times) / 1e3,
      totalMs: times.reduce((sum, us) => sum + us, 0) / 1e3,
    };
    return { run, outputs };
  } finally {
    execution.destroy();
    // The next run asks for as much memory: this one's is given back when the queue is looked at.
    await opened.device.queue.onSubmittedWorkDone();
  }
}

/** The largest error ratio of any range; NaN where an element is. */
function worstRatio(actual: Tensor, expected: Tensor, ranges: readonly Range[]): number {
  let at = 0;
  let worst = 0;
  for (const { length } of ranges) {
    const ratio = errorRatio(actual.data.subarray(at, at + length), expected.data.subarray(at, at + length));
    worst = Number.isNaN(ratio) || Number.isNaN(worst) ? NaN : Math.max(worst, ratio);
    at += length;
  }
  return worst;
}
