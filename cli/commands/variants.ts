import { Command, Option } from "@commander-js/extra-typings";
import type { AnyFamily, Axes, Capabilities } from "../../kernels/core/family.ts";
import type { Config } from "../../kernels/core/space.ts";
import { backendOption } from "../backend_option.ts";
import type { Backend } from "../open_backend.ts";
import { note, print, printJson } from "../output.ts";
import { wholeNumber } from "../whole_number.ts";
import { UserError } from "../user_error.ts";

export function variantsCommand() {
  return new Command("variants")
    .description("List the variants of a kernel family that fit a device, or print one variant's WGSL.")
    .argument("[family]", "kernel family; leave it out to list the families")
    .option("--axes <sizes>", "sizes as B=1,T=8192; axes not named keep the family's default")
    .option("--count", "print only how many variants fit")
    .option("--wgsl <variant>", "print the WGSL of every pass of this variant")
    .option("--tunables", "print the tunables and the constraints instead of the variants")
    .option("--sample <n>", "print n variants drawn at random", wholeNumber("--sample", 1))
    .option("--seed <n>", "seed of --sample", wholeNumber("--seed", 0), 1)
    .option(
      "--device",
      "fit this machine's adapter (default: a portable device with f16, subgroups and 32 KiB)",
    )
    .addOption(
      new Option("--matrix", "fit a portable device that has matrix units too, as Dawn grants them")
        .conflicts(["device", "software", "backend"]),
    )
    .addOption(backendOption("; with --device"))
    .option("--software", "with --device: the software adapter")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Examples:
  deno task variants                                       the families
  deno task variants kda_prefill --count                   how many variants fit a portable device?
  deno task variants kda_decode --tunables                 what can be tuned, and which rules hold?
  deno task variants kda_prefill --sample 5 --seed 7       five of them
  deno task variants mla_decode --axes N=4,H=32 --device   those that fit this machine's GPU
  deno task variants kda_decode --wgsl 'kda_decode:tileV=32'`,
    )
    .action(async (name, options) => {
      const { familyNamed, families } = await import("../../kernels/mod.ts");
      const { completeAxes, parseAxes } = await import("../../kernels/core/axes.ts");
      if (name === undefined && options.wgsl === undefined) {
        if (options.json) return await printJson(families.map((f) => ({ name: f.name, doc: f.doc })));
        return await print(...families.map((f) => `${f.name.padEnd(14)}${f.doc}`));
      }
      const { splitVariant, formatVariant, parseConfig } = await import("../../kernels/core/variant_id.ts");
      const asked = options.wgsl === undefined ? undefined : splitVariant(options.wgsl);
      const family = familyNamed(name ?? asked!.family);
      if (asked && asked.family !== family.name) {
        throw new UserError(
          `Cannot print ${options.wgsl} of ${family.name}: the variant belongs to ${asked.family}`,
        );
      }
      const axes = completeAxes(family, parseAxes(options.axes ?? ""));
      const device = options.device || options.software || options.backend
        ? await realCapabilities(options.software ?? false, options.backend)
        : await portable(options.matrix ?? false);
      if (asked) {
        return await printWgsl(
          family,
          axes,
          parseConfig(family.name, family.space, asked.assignments),
          device,
          options,
        );
      }
      if (options.tunables) return await printTunables(family, options);
      const ids: string[] = [];
      let count = 0;
      for await (const config of fittingConfigs(family, axes, device, options)) {
        count++;
        if (options.count) continue;
        const id = formatVariant(family.name, config);
        if (options.json) ids.push(id);
        else await print(id);
      }
      if (options.json) {
        await printJson({ family: family.name, axes, count, ...(!options.count && { variants: ids }) });
      } else if (options.count) await print(String(count));
    });
}

async function portable(matrix: boolean): Promise<Capabilities> {
  const { PORTABLE_DEVICE, PORTABLE_MATRIX_DEVICE } = await import("../portable_device.ts");
  return matrix ? PORTABLE_MATRIX_DEVICE : PORTABLE_DEVICE;
}

async function realCapabilities(software: boolean, backend?: Backend): Promise<Capabilities> {
  const { GpuProcess } = await import("../gpu_process.ts");
  const gpu = await GpuProcess.start({ software, backend, onNotice: note });
  try {
    note(`${gpu.record.description} (${gpu.record.software ? "software adapter" : gpu.record.backend})`);
    return gpu.capabilities;
  } finally {
    gpu.close();
  }
}

/** Configs to plan before a word about the wait: a plan takes about a millisecond. */
const MANY = 10_000;

/** Legal configs whose plan fits the device at these sizes; with `sample` that many of them, drawn by `seed`. */
async function* fittingConfigs(
  family: AnyFamily,
  axes: Axes,
  device: Capabilities,
  { sample = Infinity, seed }: { sample?: number; seed: number },
): AsyncGenerator<Config> {
  const { enumerateConfigs } = await import("../../kernels/core/walk_space.ts");
  const { canRun } = await import("../../kernels/core/fit.ts");
  const { shuffled } = await import("../shuffled.ts");
  const legal = [...enumerateConfigs(family.space)];
  const configs = sample === Infinity ? legal : shuffled(legal, seed);
  if (sample > MANY && legal.length > MANY) {
    note(
      `Planning all ${legal.length} legal configs of ${family.name} takes a while; --sample 20 shows some at once.`,
    );
  }
  for (const config of configs) {
    if (sample <= 0) return;
    if (!canRun(family, axes, config, device)) continue;
    sample--;
    yield config;
  }
}

async function printWgsl(
  family: AnyFamily,
  axes: Axes,
  config: Config,
  device: Capabilities,
  options: { json?: true },
): Promise<void> {
  const { fit } = await import("../../kernels/core/fit.ts");
  const plan = fit(family.plan(axes, config, device), device);
  if (options.json) {
    return await printJson({ variant: plan.id, axes, passes: plan.passes, buffers: plan.buffers });
  }
  for (const [i, pass] of plan.passes.entries()) {
    await print(
      `// ${plan.id}`,
      `// pass ${i + 1} of ${plan.passes.length}: ${pass.label}, workgroups ${
        pass.workgroups.join(" x ")
      } of ` +
        `${pass.workgroupSize.join(" x ")} threads, ${pass.workgroupBytes} bytes of workgroup memory`,
      "",
      pass.code,
    );
  }
}

async function printTunables(family: AnyFamily, options: { json?: true }): Promise<void> {
  const { tunables, constraints } = family.space;
  if (options.json) {
    const rules = constraints.map(({ reason, formulations }) => ({ reason, formulations }));
    return await printJson({ family: family.name, tunables, constraints: rules });
  }
  const { table } = await import("../output.ts");
  const of = ({ formulations }: { formulations?: readonly string[] }) =>
    formulations ? `${formulations.join(", ")}: ` : "";
  await print(
    ...table(
      ["tunable", "default", "values", "meaning"],
      Object.entries(tunables).map(([name, t]) => [
        name,
        String(t.initial),
        t.values.join(" "),
        `${of(t)}${t.doc}${t.unit ? ` [${t.unit}]` : ""}${t.scope ? ` (pass ${t.scope})` : ""}`,
      ]),
    ),
    ...(constraints.length > 0 ? ["", "Rules:", ...constraints.map((c) => `  ${of(c)}${c.reason}`)] : []),
  );
}
