import type { AnyFamily, Axes, Plan } from "../kernels/core/family.ts";
import { bindingBytes, fit } from "../kernels/core/fit.ts";
import type { Config } from "../kernels/core/space.ts";
import { withAblations } from "../kernels/core/stages.ts";
import type { Ceilings } from "../profiles/schema.ts";
import type { PassTime, StageTimes } from "../profiles/stages.ts";
import { deviceSettings } from "./clock_probe.ts";
import { Execution } from "./executor.ts";
import { measure } from "./measure.ts";
import type { OpenDevice } from "./open_device.ts";
import { PipelineCache } from "./pipeline_cache.ts";
import { median } from "./statistics.ts";
import { Timer } from "./timer.ts";
import { completeSets } from "./timing_sets.ts";
import type { Phase } from "./trial.ts";

/** A pass and itself without a stage are timed turn by turn, so that a drift of the device's clocks meets both. */
const TURNS = 3;

export interface StagesRequest {
  readonly config: Config;
  readonly axes: Axes;
  readonly ceilings: Ceilings;
  readonly samples: number;
  /** Longest span submitted at once, us. */
  readonly capUs: number;
}

/**
 * Times every pass of a variant on its own, and what the stages marked in it cost by leaving each out. Clocks, working
 * sets and spans are those of a trial. Throws as `plan` and compiling do.
 */
export async function measureStages(
  opened: OpenDevice,
  family: AnyFamily,
  request: StagesRequest,
  onPhase: (phase: Phase) => void = () => {},
): Promise<StageTimes> {
  const { device, capabilities } = opened;
  const { axes, ceilings } = request;
  const original = fit(family.plan(axes, request.config, capabilities), capabilities);
  const { plan, ablations } = withAblations(original);
  const pipelines = new PipelineCache();
  const timer = new Timer(device);
  const sets: Execution[] = [];
  try {
    for (const pass of plan.passes) {
      onPhase("compile"); // each has the time a trial's compiling has
      await pipelines.get(device, pass);
    }
    sets.push(await Execution.prepare(device, plan, pipelines));
    onPhase("time");
    await completeSets(sets, opened, family, axes, plan, pipelines);
    const settings = await deviceSettings(opened, ceilings, timer);
    const time = (...labels: string[]) => {
      onPhase("time");
      const chosen = new Set(labels);
      return measure(timer, sets.map((set) => ({ encode: (pass) => set.encode(pass, chosen) })), {
        quantumNs: ceilings.timestampQuantumNs,
        samples: request.samples,
        spanCapUs: request.capUs,
        ...settings,
      });
    };
    const labels = [...new Set(original.passes.map((pass) => pass.label))];
    // The whole goes first, so that every pass finds what the one before it leaves; what computes nonsense goes last.
    const whole = await time(...labels);
    const passes = new Map<string, PassTime>();
    for (const label of labels) {
      const dispatches = original.passes.filter((pass) => pass.label === label).length;
      const memoryUs = boundBytes(original, label) / ceilings.readGBps / 1e3;
      passes.set(label, { label, dispatches, timing: await time(label), memoryUs, stages: [] });
    }
    for (const { label, stage, without } of ablations) {
      const pass = passes.get(label)!;
      const savings: number[] = [];
      for (let turn = 0; turn < TURNS; turn++) {
        savings.push((await time(label)).medianUs - (await time(without)).medianUs);
      }
      passes.set(label, { ...pass, stages: [...pass.stages, { name: stage, us: median(savings) }] });
    }
    return { whole, passes: [...passes.values()] };
  } finally {
    for (const set of sets) set.destroy();
    timer.destroy();
  }
}

/** Bytes the passes of a label bind; a state is read and written. */
function boundBytes(plan: Plan, label: string): number {
  const specs = new Map(plan.buffers.map((b) => [b.name, b]));
  return plan.passes.filter((pass) => pass.label === label).flatMap((pass) => pass.buffers)
    .reduce((sum, { name, range }) => {
      const spec = specs.get(name)!;
      return sum + bindingBytes(spec, range) * (spec.role === "state" ? 2 : 1);
    }, 0);
}
