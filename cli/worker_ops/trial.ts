import type { AnyFamily } from "../../kernels/core/family.ts";
import type { OpenDevice } from "../../tuner/open_device.ts";
import { type Phase, TrialRunner } from "../../tuner/trial.ts";

type TrialPayload = { readonly family: string } & Parameters<TrialRunner["run"]>[0];

/** The operation that runs one trial of a family found by name. */
export function trialOp(familyNamed: (name: string) => AnyFamily) {
  const runners = new Map<string, TrialRunner>();
  return (opened: OpenDevice, payload: TrialPayload, onPhase: (phase: Phase) => void) => {
    const runner = runners.get(payload.family) ?? new TrialRunner(opened, familyNamed(payload.family));
    runners.set(payload.family, runner);
    return runner.run(payload, onPhase);
  };
}
