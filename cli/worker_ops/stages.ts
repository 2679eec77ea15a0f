import { familyNamed } from "../../kernels/mod.ts";
import type { StageTimes } from "../../profiles/stages.ts";
import type { OpenDevice } from "../../tuner/open_device.ts";
import { measureStages, type StagesRequest } from "../../tuner/stages.ts";
import type { Phase } from "../../tuner/trial.ts";

/** Times the passes of one variant, and the stages marked in them. */
export function stagesOp(
  opened: OpenDevice,
  request: StagesRequest & { readonly family: string },
  onPhase: (phase: Phase) => void,
): Promise<StageTimes> {
  return measureStages(opened, familyNamed(request.family), request, onPhase);
}
