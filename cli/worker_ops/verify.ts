import { fit } from "../../kernels/core/fit.ts";
import type { Config } from "../../kernels/core/space.ts";
import { familyNamed } from "../../kernels/mod.ts";
import type { TrialStatus } from "../../profiles/schema.ts";
import { encodeOnce } from "../../tuner/buffer_codec.ts";
import { failureOf } from "../../tuner/failure.ts";
import type { OpenDevice } from "../../tuner/open_device.ts";
import { PipelineCache } from "../../tuner/pipeline_cache.ts";
import type { Phase } from "../../tuner/trial.ts";
import { judge, runPoisoned } from "../../tuner/verify.ts";
import { type CaseRequest, ReferenceCases } from "../reference_cases.ts";

/** A request to verify one variant at one case. */
export interface VerifyRequest {
  readonly config: Config;
  readonly case: CaseRequest;
  /** The case that will be asked for after this one, to be computed meanwhile. */
  readonly next?: CaseRequest;
}

export interface VerifyReply {
  readonly status: TrialStatus;
  readonly reason?: string;
  /** RMS error ratio by output; null for NaN, which does not survive JSON. */
  readonly errors?: Readonly<Record<string, number | null>>;
  readonly tolerance?: number;
  readonly compileMs?: number;
  /** One call, cold, by the wall clock. */
  readonly callMs?: number;
  /** The whole of it, less the wait for the case. */
  readonly busyMs?: number;
}

const BEAT_MS = 1_000;

/** The operation that verifies a variant; its cases and pipelines serve the requests that follow. */
export function verifyOp() {
  const cases = new ReferenceCases();
  const pipelines = new PipelineCache();
  const encode = encodeOnce();
  return async (
    { device, capabilities }: OpenDevice,
    { config, case: wanted, next }: VerifyRequest,
    onPhase: (phase: Phase) => void,
  ): Promise<VerifyReply> => {
    const family = familyNamed(wanted.family);
    const coming = cases.take(wanted, next);
    const tell = () => onPhase(`reference ${cases.heads}`);
    const { axes, scalars, inputs } = await withBeats(coming.inputs, tell);
    const start = performance.now();
    try {
      onPhase("compile");
      const plan = fit(family.plan(axes, config, capabilities, scalars), capabilities);
      const { outputs, compileMs, callMs } = await runPoisoned(device, plan, inputs, pipelines, encode);
      const ran = performance.now();
      const expected = await withBeats(coming.expected, tell);
      const compared = performance.now();
      const { errors, tolerance, passed } = judge(outputs, expected, plan.tolerance);
      const busyMs = ran - start + performance.now() - compared;
      return { status: passed ? "passed" : "incorrect", errors, tolerance, compileMs, callMs, busyMs };
    } catch (error) {
      return await failureOf(device, error);
    }
  };
}

/** Waits for a part of a case, and tells so again and again: nobody is to take the wait for a hang. */
async function withBeats<T>(part: Promise<T>, tell: () => void): Promise<T> {
  tell();
  const beats = setInterval(tell, BEAT_MS);
  try {
    return await part;
  } finally {
    clearInterval(beats);
  }
}
