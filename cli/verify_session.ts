import type { AnyFamily, Axes } from "../kernels/core/family.ts";
import { refusal } from "../kernels/core/fit.ts";
import type { Config } from "../kernels/core/space.ts";
import { formatVariant } from "../kernels/core/variant_id.ts";
import { families as allFamilies, familyNamed } from "../kernels/mod.ts";
import type { TrialStatus } from "../profiles/schema.ts";
import { defaultRoot } from "../profiles/store_fs.ts";
import { changedTunables } from "./changed_tunables.ts";
import { GpuProcess } from "./gpu_process.ts";
import type { Backend } from "./open_backend.ts";
import { note, print, printJson } from "./output.ts";
import { TrialProcess } from "./trial_process.ts";
import { EXIT } from "./user_error.ts";
import { userPath } from "./user_path.ts";
import { type CaseOptions, type VerifyCase, verifyCases } from "./verify_cases.ts";
import { verifyLines } from "./verify_lines.ts";
import { VerifyProgress } from "./verify_progress.ts";
import { deviceWinners, namedVariants, usualVariants, type VerifyVariant } from "./verify_variants.ts";
import type { VerifyReply, VerifyRequest } from "./worker_ops/verify.ts";

export interface VerifyOptions extends CaseOptions {
  readonly families: readonly string[];
  readonly config?: readonly string[];
  readonly backend?: Backend;
  readonly software?: true;
  readonly profiles?: string;
  readonly json?: true;
}

/** One variant with one kind of inputs at one size. */
export interface VerifyRow {
  readonly family: string;
  readonly axes: Axes;
  readonly inputs: string;
  readonly variant: string;
  readonly config: Config;
  readonly from: string;
  readonly status: TrialStatus | "refused";
  readonly reason?: string;
  /** RMS error ratio by output. */
  readonly errors?: Readonly<Record<string, number>>;
  readonly tolerance?: number;
  readonly compileMs?: number;
  readonly callMs?: number;
}

/** A software adapter may take this long for one call at full size; an endless shader still ends. */
const PHASE_TIMEOUT_MS = 120_000;

/** Verifies and returns the exit code: 1 where a variant failed, and where the device refused all of them. */
export async function runVerify(options: VerifyOptions): Promise<number> {
  const start = performance.now();
  const families = options.families.length > 0
    ? [...new Set(options.families)].map(familyNamed)
    : allFamilies;
  const named = options.config && namedVariants(options.config, families);
  const wanted = named ? families.filter(({ name }) => named.has(name)) : families;
  const cases = await verifyCases(wanted, options);
  const { backend, software = false } = options;
  const gpu = await GpuProcess.start({ software, backend, onNotice: note });
  const trials = new TrialProcess(gpu, PHASE_TIMEOUT_MS);
  try {
    const variants = named ?? await usual(wanted, gpu, options.profiles);
    const rows = await verifyAll(trials, gpu, cases, (family) => variants.get(family.name) ?? []);
    const ran = rows.filter(({ status }) => status !== "refused");
    const passed = ran.length > 0 && ran.every(({ status }) => status === "passed");
    const elapsedMs = performance.now() - start;
    if (options.json) await printJson({ device: gpu.record, passed, elapsedMs, rows });
    else await print(...verifyLines(rows, gpu.record, elapsedMs));
    return passed ? EXIT.ok : EXIT.failed;
  } finally {
    trials.close();
  }
}

async function usual(
  families: readonly AnyFamily[],
  gpu: GpuProcess,
  profiles: string | undefined,
): Promise<Map<string, readonly VerifyVariant[]>> {
  const root = profiles === undefined ? defaultRoot() : userPath(profiles);
  const { winners, notices } = await deviceWinners(gpu.record, families, root);
  notices.forEach(note);
  return new Map(families.map((family) => {
    return [family.name, usualVariants(family, winners.filter((winner) => winner.family === family.name))];
  }));
}

/** Case after case, so that its variants share inputs and reference; the next one's reference is computed meanwhile. */
async function verifyAll(
  trials: TrialProcess,
  gpu: GpuProcess,
  cases: readonly VerifyCase[],
  variantsOf: (family: AnyFamily) => readonly VerifyVariant[],
): Promise<VerifyRow[]> {
  const rows: VerifyRow[] = [];
  const runs = cases.map((one) => {
    const variants = variantsOf(one.family).filter((variant) => {
      const reason = refusal(one.family, one.axes, variant.config, gpu.capabilities);
      if (reason !== undefined) rows.push({ ...rowOf(one, variant), status: "refused", reason });
      return reason === undefined;
    });
    return { one, variants };
  }).filter(({ variants }) => variants.length > 0);
  const progress = new VerifyProgress(
    runs.reduce((sum, { variants }) => sum + variants.length, 0),
    runs.reduce((sum, { one }) => sum + one.heads, 0),
  );
  for (const [i, { one, variants }] of runs.entries()) {
    for (const variant of variants) {
      const request: VerifyRequest = {
        config: variant.config,
        case: one.request,
        ...(runs[i + 1] && { next: runs[i + 1].one.request }),
      };
      const row = rowOf(one, variant);
      const answer = await trials.attempt<VerifyReply>(
        "verify",
        request,
        (phase) => progress.phase(phase, `${changedTunables(row.family, row.config)}, ${row.inputs}`),
      );
      rows.push({ ...row, ...resultOf(answer) });
      progress.ran("busyMs" in answer ? answer.busyMs ?? 0 : 0);
    }
  }
  progress.end();
  return rows;
}

function rowOf({ family, axes, inputs }: VerifyCase, { config, from }: VerifyVariant) {
  return { family: family.name, axes, inputs, variant: formatVariant(family.name, config), config, from };
}

function resultOf(answer: VerifyReply): Omit<VerifyRow, keyof ReturnType<typeof rowOf>> {
  const { busyMs: _, errors, ...rest } = answer;
  if (!errors) return rest.status === "rejected" ? { ...rest, status: "refused" } : rest;
  // NaN does not survive JSON.
  return { ...rest, errors: Object.fromEntries(Object.entries(errors).map(([name, e]) => [name, e ?? NaN])) };
}
