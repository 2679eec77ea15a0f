import { Command } from "@commander-js/extra-typings";
import { dirname } from "node:path";
import { backendOption } from "../backend_option.ts";
import type { AnyFamily, Axes, Capabilities } from "../../kernels/core/family.ts";
import type { Config } from "../../kernels/core/space.ts";
import type { DeviceRecord } from "../../profiles/schema.ts";
import { note, print, printJson, table } from "../output.ts";
import { EXIT, fileError, UserError } from "../user_error.ts";
import { userPath } from "../user_path.ts";
import type { Choice } from "../winner_for.ts";
import type { RunReply, RunRequest } from "../worker_ops/run.ts";

/** Long enough for a software adapter on a large case; an endless shader still ends. */
const TIMEOUT_MS = 600_000;

export function runCommand() {
  return new Command("run")
    .description("Run a kernel on your own tensors.")
    .argument("<family>", "kernel family, as in kda_prefill")
    .requiredOption("--in <file>", "safetensors file with the inputs; its metadata `scale` is honoured")
    .requiredOption("--out <file>", "safetensors file to write the outputs to")
    .option(
      "--config <variant>",
      "variant to run (default: the profile's winner for this device, else the family's default)",
    )
    .option(
      "--check",
      "exit 1 where an output the input file holds too is missed by more than the kernel's tolerance",
    )
    .addOption(backendOption())
    .option("--software", "run on the software adapter even where a GPU answers")
    .option("--profiles <folder>", "folder of profiles (default: profiles/data of the repository)")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Tensors are named as in fla: q k v g beta initial_state give o final_state; q cache block_table cache_seqlens give o lse.
Floats may be F32, F16, BF16 or F64, integers I32 or I64. initial_state may be left out. Where the file holds the outputs
too, the RMS error ratio against them is reported. Metadata "stateLayout": "VK" says that states are [N, H, V, K].

Examples:
  deno task run kda_prefill --in case.safetensors --out result.safetensors
  deno task run kda_decode --in step.safetensors --out next.safetensors --config 'kda_decode:tileV=32;rowsPerThread=16'
  deno task run mla_decode --in case.safetensors --out result.safetensors --check --json
  deno task run kda_prefill --in case.safetensors --out result.safetensors --backend dawn
  deno task run kda_prefill --in case.safetensors --out result.safetensors --software`,
    )
    .action(async (name, options) => {
      const { familyNamed } = await import("../../kernels/mod.ts");
      const { loadCase } = await import("../run_case.ts");
      const { fit } = await import("../../kernels/core/fit.ts");
      const family = familyNamed(name);
      const asked = options.config === undefined ? undefined : await parseVariant(family, options.config);
      const request = { in: userPath(options.in), out: userPath(options.out) };
      const test = await loadCase(family, request.in);
      if (test.ignored.length > 0) {
        note(`Tensors ${test.ignored.join(", ")} mean nothing to ${name} and are left out.`);
      }
      await checkWritable(request.out);

      const { GpuProcess } = await import("../gpu_process.ts");
      const gpu = await GpuProcess.start({
        software: options.software ?? false,
        backend: options.backend,
        onNotice: note,
      });
      try {
        const choice = asked
          ? { config: asked, from: "--config", notices: [] }
          : await chosen(family, test, gpu, options.profiles);
        choice.notices.forEach(note);
        const plan = fit(
          family.plan(test.axes, choice.config, gpu.capabilities, test.scalars),
          gpu.capabilities,
        );
        note(`Running ${plan.id} (${choice.from}) on ${deviceName(gpu.record)}`);
        const reply = await gpu.request<RunReply>(
          "run",
          { family: name, config: choice.config, ...request } satisfies RunRequest,
          TIMEOUT_MS,
        );
        // NaN does not survive JSON.
        const errors = Object.fromEntries(Object.entries(reply.errors).map(([k, v]) => [k, v ?? NaN]));
        const passed = Object.values(errors).every((error) => error <= reply.tolerance);
        for (const output of reply.notFinite) note(`Output ${output} holds values that are not finite.`);
        if (options.json) {
          await printJson({
            family: name,
            variant: reply.variant,
            configFrom: choice.from,
            axes: test.axes,
            scale: test.scalars.scale ?? null,
            device: gpu.record,
            out: request.out,
            outputs: reply.outputs,
            notFinite: reply.notFinite,
            ignored: test.ignored,
            compileMs: reply.compileMs,
            runMs: reply.runMs,
            tolerance: reply.tolerance,
            ...(Object.keys(errors).length > 0 && { errors, passed }),
          });
        } else {
          const rows = Object.entries(reply.outputs).map(([output, shape]) => [
            output,
            `[${shape.join(", ")}]`,
            output in errors ? errors[output].toExponential(2) : "-",
          ]);
          await print(
            ...table(["output", "shape", "error ratio"], rows, [2]),
            "",
            `Written to ${request.out}`,
          );
        }
        if (options.check && Object.keys(errors).length === 0) {
          throw new UserError(
            `Cannot --check ${request.in}: it holds none of the outputs ${
              Object.keys(family.outputs).join(", ")
            }`,
          );
        }
        if (options.check && !passed) {
          note(`An error ratio exceeds the tolerance ${reply.tolerance} of ${reply.variant}.`);
          Deno.exitCode = EXIT.failed;
        }
      } finally {
        gpu.close();
      }
    });
}

async function parseVariant(family: AnyFamily, id: string): Promise<Config> {
  const { parseConfig, splitVariant } = await import("../../kernels/core/variant_id.ts");
  const split = splitVariant(id);
  if (split.family !== family.name) {
    throw new UserError(
      `Cannot run ${family.name} with --config ${id}: the variant belongs to ${split.family}`,
    );
  }
  return parseConfig(family.name, family.space, split.assignments);
}

async function chosen(
  family: AnyFamily,
  test: { axes: Axes; storage: Config },
  gpu: { record: DeviceRecord; capabilities: Capabilities },
  profiles: string | undefined,
): Promise<Choice> {
  const { winnerFor } = await import("../winner_for.ts");
  const { axes, storage } = test;
  return await winnerFor(family, axes, gpu, storage, profiles === undefined ? undefined : userPath(profiles));
}

export function deviceName(record: DeviceRecord): string {
  return record.software ? `${record.description} (a software adapter)` : record.description;
}

/** Fails before any work where the result could not be written. */
async function checkWritable(path: string): Promise<void> {
  try {
    if ((await Deno.stat(path)).isDirectory) throw new UserError(`Cannot write ${path}: it is a folder`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw fileError("write", path, error);
  }
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: dirname(path), prefix: ".deltatune-" }));
  } catch (error) {
    throw fileError("write", path, error);
  }
}
