import { Command } from "@commander-js/extra-typings";
import { backendOption } from "../backend_option.ts";
import { note, print, printJson } from "../output.ts";
import { describeMatrices } from "../describe_matrices.ts";
import { describeHardware, graphicsHardware, stepsToGpu } from "../graphics_hardware.ts";
import { EXIT, isUserError } from "../user_error.ts";
import type { GpuProcess } from "../gpu_process.ts";
import type { NumericCheckReply } from "../worker_ops/numeric_check.ts";

/** One line of the report: what was looked at, what was found, and what to do where that is not enough. */
interface Finding {
  readonly name: string;
  readonly status: "ok" | "limited" | "failed";
  readonly found: string;
  readonly advice?: string;
}

const MARK = { ok: "ok     ", limited: "limited", failed: "FAILED " } as const;

export function doctorCommand() {
  return new Command("doctor")
    .description(
      "Say what this machine can do, and what to install where something is missing. Exit 1: tuning is impossible.",
    )
    .addOption(backendOption())
    .option("--software", "examine the software adapter even where a GPU answers")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Examples:
  deno task doctor
  deno task doctor --backend dawn
  deno task doctor --software
  deno task doctor --json | jq .tunable`,
    )
    .action(async (options) => {
      const findings: Finding[] = [];
      const { GpuProcess } = await import("../gpu_process.ts");
      let gpu: GpuProcess | undefined;
      const notices: string[] = [];
      try {
        gpu = await GpuProcess.start({
          software: options.software ?? false,
          backend: options.backend,
          onNotice: (text) => {
            notices.push(text);
            note(text);
          },
        });
        findings.push(...deviceFindings(gpu));
        if (gpu.record.software && !options.software) findings.splice(1, 0, hardwareFinding());
        findings.push(await numericFinding(gpu, findings));
      } catch (error) {
        if (!isUserError(error)) throw error;
        findings.push({ name: "adapter", status: "failed", found: error.message }, hardwareFinding());
      } finally {
        gpu?.close();
      }
      const tunable = findings.every((f) => f.status !== "failed");
      if (options.json) {
        await printJson({
          tunable,
          runtime: `deno ${Deno.version.deno}`,
          platform: `${Deno.build.os} ${Deno.build.arch}`,
          device: gpu?.record ?? null,
          findings,
          notices,
        });
      } else {
        await print(
          `deno ${Deno.version.deno} on ${Deno.build.os} ${Deno.build.arch}`,
          ...findings.flatMap((f) => [
            `${MARK[f.status]}  ${f.name}: ${f.found}`,
            ...(f.advice ? [`         -> ${f.advice}`] : []),
          ]),
          "",
          tunable
            ? gpu!.record.software
              ? "Kernels can be run, verified and tuned here, but times of a software adapter say nothing about a GPU."
              : "This machine can tune: deno task tune"
            : "Tuning is impossible here.",
        );
      }
      if (!tunable) Deno.exitCode = EXIT.failed;
    });
}

function deviceFindings(gpu: GpuProcess): Finding[] {
  const { record, capabilities } = gpu;
  const { limits } = capabilities;
  const findings: Finding[] = [{
    name: "adapter",
    status: record.software ? "limited" : "ok",
    found:
      `${record.description}, ${record.software ? "a software adapter: it computes on the CPU" : "a GPU"}` +
      `${record.driver ? `, driver ${record.driver}` : ""}, through ${record.backend} (${record.runtime})`,
  }];
  const wanted = {
    "shader-f16": "variants that store f16 are left out",
    "subgroups": "variants that reduce by subgroups are left out",
    "timestamp-query": "times come from the wall clock and are labelled so",
  };
  for (const [feature, without] of Object.entries(wanted)) {
    const granted = capabilities.features.includes(feature);
    const size = capabilities.subgroupSize;
    const detail = feature === "subgroups" && size
      ? `, size ${size.min === size.max ? size.min : `${size.min} to ${size.max}`}`
      : "";
    findings.push({
      name: feature,
      status: granted ? "ok" : "limited",
      found: granted ? `granted${detail}` : `not granted; ${without}`,
    });
  }
  const matrices = describeMatrices(capabilities.subgroupMatrices);
  findings.push({
    name: "matrix units",
    status: matrices === "none" ? "limited" : "ok",
    found: matrices === "none" ? "none; variants that multiply on them are left out" : matrices,
    ...(matrices === "none" && record.backend === "builtin" && !record.software &&
      { advice: "Deno's own WebGPU offers none: see --backend dawn" }),
  });
  findings.push({
    name: "limits",
    status: limits.maxComputeWorkgroupStorageSize >= 16384 ? "ok" : "failed",
    found: `${limits.maxComputeWorkgroupStorageSize} bytes of workgroup memory, ` +
      `${limits.maxComputeInvocationsPerWorkgroup} threads per workgroup, ` +
      `${Math.floor(limits.maxStorageBufferBindingSize / 2 ** 20)} MiB per binding, ` +
      `${limits.maxStorageBuffersPerShaderStage} storage buffers per pass`,
  });
  return findings;
}

async function numericFinding(gpu: GpuProcess, before: Finding[]): Promise<Finding> {
  try {
    const reply = await gpu.request<NumericCheckReply>("numeric_check", {}, 60_000);
    if (reply.timestampQuantumNs !== undefined) {
      before.push({
        name: "timestamp quantum",
        status: reply.timestampQuantumNs > 0 ? "ok" : "limited",
        found: reply.timestampQuantumNs > 0
          ? `the clock steps by ${reply.timestampQuantumNs} ns`
          : "the clock does not step; times come from the wall clock and are labelled so",
      });
    }
    const wrong = reply.checks.filter((check) => !check.passed);
    return {
      name: "numeric check",
      status: wrong.length > 0 ? "failed" : "ok",
      found: reply.checks.map((c) =>
        `${c.name} ${c.error === null ? "NaN" : c.error.toExponential(1)}`
      ).join(", ") +
        (wrong.length > 0
          ? `; wrong: ${wrong.map((c) => c.name).join(", ")}`
          : " (RMS error ratios)"),
      ...(wrong.length > 0 && { advice: "update the GPU driver, or use --software" }),
    };
  } catch (error) {
    return {
      name: "numeric check",
      status: "failed",
      found: (error as Error).message,
      advice: "update the GPU driver, or use --software",
    };
  }
}

/** Why no GPU answers, and what to install: told only where none does. */
function hardwareFinding(): Finding {
  const name = "hardware";
  switch (Deno.build.os) {
    case "linux": {
      const hardware = graphicsHardware();
      const steps = stepsToGpu(hardware);
      const advice = steps.length > 0
        ? steps.join("; ")
        : "on a machine with a GPU, install its Vulkan driver; in a container, pass the GPU through";
      return { name, status: "limited", found: describeHardware(hardware), advice };
    }
    case "darwin":
      return {
        name,
        status: "limited",
        found: "macOS brings Metal along",
        advice: "a virtual machine may not pass a GPU through: run on the machine itself",
      };
    default:
      return {
        name,
        status: "limited",
        found: "no driver for DirectX 12, Vulkan or Metal answers",
        advice: "install the GPU maker's driver",
      };
  }
}
