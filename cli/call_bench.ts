import { callKey, type KernelCall } from "../compare/kernel_calls.ts";
import type { Bench } from "../compare/measure_all.ts";
import { formatBytes } from "../compare/quantities.ts";
import type { Capabilities } from "../kernels/core/family.ts";
import type { Config } from "../kernels/core/space.ts";
import { planBytes } from "../kernels/core/fit.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import { familyNamed } from "../kernels/mod.ts";
import { blockKey } from "../profiles/blocklist.ts";
import type { Ceilings, DeviceRecord, Trial } from "../profiles/schema.ts";
import { sourceHash } from "../profiles/source_hash.ts";
import type { ProfileStore } from "../profiles/store_fs.ts";
import { COMPARISON } from "../profiles/upload.ts";
import { possibleStorage } from "../tuner/possible_storage.ts";
import { note } from "./output.ts";
import { StatusLine } from "./status_line.ts";
import type { TrialProcess } from "./trial_process.ts";
import { formatTiming } from "./tune_display.ts";
import { winnerFor } from "./winner_for.ts";

const SAMPLES = 5;
/** A software adapter's times say nothing; two show the way. */
const SOFTWARE_SAMPLES = 2;
/** A whole prompt may take long where a search would refuse it. */
const CAP_US = 10_000_000;
/** Of the multiply-add ceiling, for a guess before anything has run. */
const GUESSED_SHARE = 0.2;

interface Setting {
  readonly record: DeviceRecord;
  readonly capabilities: Capabilities;
  readonly trials: TrialProcess;
  readonly store: ProfileStore;
  readonly root: string;
  readonly ceilings: Ceilings;
  /** `performance.now()` at the end of the budget. */
  readonly end: number;
  /** Bytes that the buffers of one call may take. */
  readonly roomBytes: number;
}

/** Times kernel calls with the profile's winners and keeps every trial, so that a second run goes on where one ended. */
export class CallBench implements Bench {
  readonly fallbackTflops: number;
  readonly spans: number;
  readonly #setting: Setting;
  readonly #stored = new Map<string, Trial>();
  readonly #poor = new Map<string, Trial>();
  readonly #untuned = new Set<string>();
  readonly #configs = new Map<string, Promise<Config>>();
  readonly #searched = new Map<string, ReturnType<ProfileStore["trials"]>>();
  readonly #line = new StatusLine();
  #count = 0;

  private constructor(setting: Setting) {
    this.#setting = setting;
    this.fallbackTflops = setting.ceilings.f32Tflops * GUESSED_SHARE;
    this.spans = setting.record.software ? SOFTWARE_SAMPLES + 4 : SAMPLES + 7; // sizing, warming up
  }

  static async open(setting: Setting): Promise<CallBench> {
    const bench = new CallBench(setting);
    const { trials, warnings } = await setting.store.trials(COMPARISON);
    for (const warning of warnings) note(warning);
    for (const trial of trials) {
      if (trial.driver !== setting.record.driver) continue;
      if (isLasting(trial)) bench.#stored.set(storedKey(trial), trial);
      else if (trial.timing) bench.#poor.set(storedKey(trial), trial);
    }
    return bench;
  }

  leftMs(): number {
    return this.#setting.end - performance.now();
  }

  /** Families no profile knows here: their defaults run. */
  get untuned(): readonly string[] {
    return [...this.#untuned];
  }

  /** The profile's config for a call, else the default; looked up once, as the profile is this run's alone. */
  configFor(call: KernelCall): Promise<Config> {
    const key = callKey(call);
    const config = this.#configs.get(key) ?? this.#lookUp(call);
    this.#configs.set(key, config);
    return config;
  }

  async #lookUp({ family, axes, storage }: KernelCall): Promise<Config> {
    const { record, capabilities, root } = this.#setting;
    const found = familyNamed(family);
    const possible = possibleStorage(found, storage, capabilities);
    const choice = await winnerFor(found, axes, { record, capabilities }, possible, root);
    if (!choice.winner && !choice.passedOver && !this.#untuned.has(family)) {
      this.#untuned.add(family);
      if (!record.software) {
        note(
          `No profile knows ${family} on this device, so its default runs: deno task tune --suite compare`,
        );
      }
    }
    return choice.config;
  }

  /** Stored times of a formulation's variants, those at the length nearest to a call's first, there the fastest. */
  async triedOf(formulation: string, call: KernelCall): Promise<Trial[]> {
    const { store, record } = this.#setting;
    const hash = await sourceHash(familyNamed(call.family));
    const stored = this.#searched.get(call.family) ?? store.trials(call.family);
    this.#searched.set(call.family, stored);
    const { trials } = await stored;
    const far = (trial: Trial) => Math.abs(Math.log(trial.axes.T / call.axes.T));
    return trials.filter((trial) =>
      trial.timing && trial.driver === record.driver && trial.sourceHash === hash &&
      trial.config.formulation === formulation &&
      Object.entries(call.storage).every(([name, value]) => trial.config[name] === value)
    ).sort((a, b) => far(a) - far(b) || a.timing!.medianUs - b.timing!.medianUs);
  }

  async known(call: KernelCall, config?: Config): Promise<Trial | undefined> {
    return this.#stored.get(await this.#keyOf(call, config));
  }

  async poor(call: KernelCall, config?: Config): Promise<Trial | undefined> {
    return this.#poor.get(await this.#keyOf(call, config));
  }

  async #keyOf(call: KernelCall, config?: Config): Promise<string> {
    const { family, axes } = call;
    const variant = formatVariant(family, config ?? await this.configFor(call));
    return storedKey({ variant, axes, sourceHash: await sourceHash(familyNamed(family)) });
  }

  /** A device that shares the computer's memory might take all of it before it says no. */
  async refusal(call: KernelCall, config?: Config): Promise<string | undefined> {
    const { capabilities, roomBytes } = this.#setting;
    const asked = config ?? await this.configFor(call);
    let bytes = 0;
    try {
      bytes = planBytes(familyNamed(call.family).plan(call.axes, asked, capabilities));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return error.message;
    }
    if (bytes <= roomBytes) return undefined;
    return `its buffers take ${formatBytes(bytes)}, and there are ${formatBytes(roomBytes)} for them`;
  }

  /** A time at low clocks is taken once more where a quarter of the time left allows: the second may find them up. */
  async run(call: KernelCall, what: string, config?: Config): Promise<Trial> {
    const first = await this.#runOnce(call, what, config);
    if (!first.timing?.lowClocks) return first;
    if (first.timing.medianUs * this.spans / 1e3 > this.leftMs() / 4) return first;
    const second = await this.#runOnce(call, `${what}, again`, config);
    if (!second.timing?.lowClocks || second.timing.medianUs <= first.timing.medianUs) return second;
    this.#stored.set(storedKey(first), first);
    return first;
  }

  async #runOnce(call: KernelCall, what: string, config: Config | undefined): Promise<Trial> {
    const { trials, store, ceilings, record } = this.#setting;
    const family = familyNamed(call.family);
    const asked = config ?? await this.configFor(call);
    this.#line.show(
      `${what}: ${this.#count} calls timed, ${Math.max(0, Math.round(this.leftMs() / 1e3))} s left`,
    );
    const request = {
      config: asked,
      axes: call.axes,
      sourceHash: await sourceHash(family),
      ceilings,
      samples: record.software ? SOFTWARE_SAMPLES : SAMPLES,
      capUs: CAP_US,
    };
    const trial = await trials.run(family.name, request);
    this.#count++;
    this.#line.clear();
    note(`${what}: ${trial.timing ? formatTiming(trial.timing) : `${trial.status}: ${trial.reason}`}`);
    await store.append(trial, COMPARISON);
    this.#stored.set(storedKey(trial), trial);
    return trial;
  }

  /** Takes the progress line back. */
  done(): void {
    this.#line.clear();
  }
}

/** Whether a second run would end alike: a busy machine may time out, a lost device come back. */
function isLasting({ status, timing }: Trial): boolean {
  if (status === "passed") return timing?.lowClocks === undefined;
  return status === "rejected" || status === "incorrect" || status === "compile_error";
}

function storedKey({ variant, axes, sourceHash }: Pick<Trial, "variant" | "axes" | "sourceHash">): string {
  return `${sourceHash} ${blockKey(variant, axes)}`;
}
