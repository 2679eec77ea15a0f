import { families } from "../../kernels/mod.ts";
import { sourceHash } from "../../profiles/source_hash.ts";
import { firstIssue, newerVersion } from "../../profiles/trial_line.ts";
import { trialProblem } from "../../profiles/trial_problem.ts";
import { type Upload, uploadSchema } from "../../profiles/upload.ts";

/** What a page sent, or the sentence that says why it can't be stored. */
export type CheckedUpload = { readonly upload: Upload } | { readonly error: string };

/**
 * Checks a text that claims to be an upload: its schema, that a browser made it, and that its trials are of kernels as
 * they are now, of variants that exist, by the device that is named.
 */
export async function checkUpload(text: string): Promise<CheckedUpload> {
  const refuse = (why: string) => ({ error: `Cannot store this profile: ${why}` });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse("it is not JSON");
  }
  if (newerVersion(value) !== undefined) return refuse("it is of a newer version; update Deltatune here");
  const parsed = uploadSchema.safeParse(value);
  if (!parsed.success) return refuse(firstIssue(parsed.error));
  const upload = parsed.data;
  const { device } = upload.profile;
  // What the command line measured on this machine is not a page's to replace.
  if (device.backend !== "browser") {
    return refuse(`its backend is ${device.backend}, and pages send those of a browser only`);
  }
  if (upload.comparisonTrials || upload.stages) {
    return refuse("it holds more than a search's trials: deno task profiles import takes such a record");
  }
  const known = new Map(families.map((family) => [family.name, family]));
  for (const trial of upload.trials) {
    const family = known.get(trial.family);
    if (!family) return refuse(`no kernel family is called ${JSON.stringify(trial.family)}`);
    if (trial.driver !== device.driver) {
      return refuse(`a trial of ${trial.family} was made under another driver than the profile's`);
    }
    if (trial.sourceHash !== await sourceHash(family)) {
      return refuse(`its trials of ${trial.family} are of other source code; reload the page and tune again`);
    }
    const wrong = trialProblem(family, trial);
    if (wrong) return refuse(wrong);
  }
  return { upload };
}
