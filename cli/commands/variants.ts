import { Command } from "@commander-js/extra-typings";
import type { AnyFamily, Axes, Capabilities } from "../../kernels/core/family.ts";
import type { Config } from "../../kernels/core/space.ts";
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
      const device = options.device || options.software
        ? await realCapabilities(options.software ?? false)
        : await portable();
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
      let configs = await fittingConfigs(family, axes, device);
      const count = configs.length;
      if (options.sample !== undefined) configs = await drawn(configs, options.sample, options.seed);
      const ids = configs.map((config) => formatVariant(family.name, config));
      if (options.json) {
        return await printJson({
          family: family.name,
          axes,
          count,
          ...(!options.count && { variants: ids }),
        });
      }
      await print(...(options.count ? [String(count)] : ids));
    });
}

async function portable(): Promise<Capabilities> {
  return (await import("../portable_device.ts")).PORTABLE_DEVICE;
}

async function realCapabilities(software: boolean): Promise<Capabilities> {
  const { GpuProcess } = await import("../gpu_process.ts");
  const gpu = await GpuProcess.start({ software, backend: "builtin", onNotice: note });
  try {
    note(`${gpu.record.description} (${gpu.record.software ? "software adapter" : gpu.record.backend})`);
    return gpu.capabilities;
  } finally {
    gpu.close();
  }
}

/** Legal configs whose plan fits the device at these sizes. */
async function fittingConfigs(family: AnyFamily, axes: Axes, device: Capabilities): Promise<Config[]> {
  const { enumerateConfigs } = await import("../../kernels/core/space.ts");
  const { fit } = await import("../../kernels/core/fit.ts");
  return [...enumerateConfigs(family.space)].filter((config) => {
    try {
      fit(family.plan(axes, config, device), device);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  });
}

async function drawn(configs: Config[], count: number, seed: number): Promise<Config[]> {
  const { shuffled } = await import("../shuffled.ts");
  return shuffled(configs, seed).slice(0, count);
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
    return await printJson({ family: family.name, tunables, constraints: constraints.map((c) => c.reason) });
  }
  const { table } = await import("../output.ts");
  await print(
    ...table(
      ["tunable", "default", "values", "meaning"],
      Object.entries(tunables).map(([name, t]) => [
        name,
        String(t.initial),
        t.values.join(" "),
        `${t.doc}${t.unit ? ` [${t.unit}]` : ""}${t.scope ? ` (pass ${t.scope})` : ""}`,
      ]),
    ),
    ...(constraints.length > 0 ? ["", "Rules:", ...constraints.map((c) => `  ${c.reason}`)] : []),
  );
}
