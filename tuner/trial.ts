import type { AnyFamily, Axes } from "../kernels/core/family.ts";
import { canRun, fit } from "../kernels/core/fit.ts";
import type { Config } from "../kernels/core/space.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import { type Ceilings, SCHEMA_VERSION, type Trial, type TrialStatus } from "../profiles/schema.ts";
import { type DeviceSettings, deviceSettings } from "./clock_probe.ts";
import { floorUs } from "./ceilings.ts";
import { Execution } from "./executor.ts";
import { failureOf } from "./failure.ts";
import { measure } from "./measure.ts";
import type { OpenDevice } from "./open_device.ts";
import { PipelineCache } from "./pipeline_cache.ts";
import { completeSets } from "./timing_sets.ts";
import { Timer } from "./timer.ts";
import { type Case, makeCase, verify } from "./verify.ts";

export interface TrialRequest {
  readonly config: Config;
  readonly axes: Axes;
  readonly sourceHash: string;
  readonly ceilings: Ceilings;
  readonly samples: number;
  /** Calls slower than this get three samples only. */
  readonly giveUpUs?: number;
  /** Longest time one call may take before it is refused, us. */
  readonly capUs: number;
}

/** What is being done, so that whoever waits can bound each phase; heads the reference has so far, where that is awaited. */
export type Phase = "compile" | "verify" | "time" | `reference ${number}`;

/** Runs trials of one family on one device: verification first, then timing. Never throws for what a variant does. */
export class TrialRunner {
  readonly #opened: OpenDevice;
  readonly #family: AnyFamily;
  readonly #timer: Timer;
  readonly #cases = new Map<string, Case>();
  #settings?: DeviceSettings;

  constructor(opened: OpenDevice, family: AnyFamily) {
    this.#opened = opened;
    this.#family = family;
    this.#timer = new Timer(opened.device);
  }

  async run(request: TrialRequest, onPhase: (phase: Phase) => void = () => {}): Promise<Trial> {
    const family = this.#family;
    const { config, axes, sourceHash } = request;
    const base = {
      schemaVersion: SCHEMA_VERSION,
      family: family.name,
      variant: formatVariant(family.name, config),
      config,
      axes,
      sourceHash,
      driver: this.#opened.record.driver,
    } as const;
    const end = (status: TrialStatus, more: Partial<Trial>): Trial => ({
      ...base,
      status,
      ...more,
      at: new Date().toISOString(),
    });
    try {
      return end(...await this.#attempt(request, onPhase));
    } catch (error) {
      const { status, reason } = await failureOf(this.#opened.device, error);
      return end(status, { reason });
    }
  }

  async #attempt(
    request: TrialRequest,
    onPhase: (phase: Phase) => void,
  ): Promise<[TrialStatus, Partial<Trial>]> {
    const { device, capabilities } = this.#opened;
    const family = this.#family;
    const { config, axes, ceilings } = request;
    const plan = fit(family.plan(axes, config, capabilities), capabilities);
    const pipelines = new PipelineCache();

    onPhase("compile");
    const first = await Execution.prepare(device, plan, pipelines);
    const sets = [first];
    try {
      onPhase("verify");
      let error = 0;
      // A limit on N or S may refuse a variant at one of the small sizes that runs at the asked one.
      const cases = this.#verifyCases(axes).filter((test) => canRun(family, test.axes, config, capabilities));
      if (cases.length === 0) {
        return ["rejected", { reason: "it runs at none of the sizes it would be verified at" }];
      }
      for (const test of cases) {
        const result = await verify(device, capabilities, family, config, test, pipelines);
        if (!result.passed) {
          const reason = `RMS error ratio ${result.worst.toExponential(1)} is above ${
            result.tolerance.toExponential(0)
          }`;
          return ["incorrect", { reason, ...(Number.isFinite(result.worst) && { error: result.worst }) }];
        }
        error = Math.max(error, result.worst);
      }

      onPhase("time");
      await completeSets(sets, this.#opened, family, axes, plan, pipelines);
      const timing = await measure(this.#timer, sets, {
        quantumNs: ceilings.timestampQuantumNs,
        samples: request.samples,
        giveUpUs: request.giveUpUs,
        spanCapUs: request.capUs,
        ...(this.#settings ??= await deviceSettings(this.#opened, ceilings, this.#timer)),
      });
      const perDispatchUs = timing.medianUs / plan.passes.length;
      if (perDispatchUs > request.capUs) {
        const reason = `one dispatch takes ${Math.round(perDispatchUs / 1e3)} ms, above the cap of ${
          request.capUs / 1e3
        } ms`;
        return ["rejected", { reason, error }];
      }
      const rooflinePercent = 100 * floorUs(family.work(axes, config), ceilings) / timing.medianUs;
      return ["passed", { error, compileMs: first.compileMs, timing, rooflinePercent }];
    } finally {
      for (const set of sets) set.destroy();
    }
  }

  #verifyCases(axes: Axes): Case[] {
    return this.#family.verifyAxes(axes).map((small, i) => {
      const key = JSON.stringify(small);
      const known = this.#cases.get(key) ?? makeCase(this.#family, small, i + 1);
      this.#cases.set(key, known);
      return known;
    });
  }
}
