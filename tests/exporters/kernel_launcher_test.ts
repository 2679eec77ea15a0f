// kernel-launcher: golden files, and every wisdom file against the published rules.
import { rejects } from "node:assert/strict";
import { kernelLauncher } from "../../exporters/kernel_launcher/mod.ts";
import type { ExportRequest } from "../../exporters/exporter.ts";
import { families } from "../../kernels/mod.ts";
import { tunablesRead } from "../../kernels/core/space.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleTiming } from "../profiles/samples.ts";
import { matchGolden } from "./match_golden.ts";
import { wisdomRules } from "./rules/wisdom.ts";
import { sampleRequest } from "./sample_request.ts";

Deno.test("kernel-launcher: files are those in __snapshots__/kernel_launcher", async () => {
  await matchGolden(
    "kernel_launcher",
    await kernelLauncher.files(sampleRequest(["kda_decode", "mla_decode"])),
  );
});

Deno.test("kernel-launcher: wisdom of every family holds to the rules and names its own file", async () => {
  const files = await wisdomOf(sampleRequest(families.map(({ name }) => name)));
  assertEquals(files.length, families.length);
  for (const { path, lines } of files) {
    const [header] = wisdomRules.parse(lines);
    assertEquals(path, `${header.key}.wisdom`);
  }
});

Deno.test("kernel-launcher: each formulation has a file with its own tunables", async () => {
  const request = sampleRequest(["kda_prefill"]);
  const [winner] = request.devices[0].trials;
  const { space } = request.families[0];
  const recurrent = Object.fromEntries(
    tunablesRead(space, "recurrent").map(([name, t]) => [name, t.initial]),
  );
  const config = { ...recurrent, io: "f16" };
  const trial = { ...winner, variant: "kda_prefill:recurrent", config, timing: sampleTiming(1600) };
  const files = await wisdomOf({ ...request, devices: [{ ...request.devices[0], trials: [winner, trial] }] });
  assertEquals(files.map(({ path }) => path), [
    "kda_prefill_K128_V128_f16_chunked.wisdom",
    "kda_prefill_K128_V128_f16_recurrent.wisdom",
  ]);
  const [header, ...lines] = wisdomRules.parse(files[1].lines);
  assertEquals(header.tunable_parameters, Object.keys(recurrent));
  assertEquals(lines.map(({ time }) => time), [1.6]);
});

Deno.test("kernel-launcher: five variants of a size at most, the winner first", async () => {
  const request = sampleRequest(["kda_decode"]);
  const [winner] = request.devices[0].trials;
  const trials = [19, 18, 17, 16, 15, 14, 13].map((us) => ({
    ...winner,
    variant: `kda_decode:${us}`,
    timing: sampleTiming(us),
  }));
  const [{ lines }] = await wisdomOf({ ...request, devices: [{ ...request.devices[0], trials }] });
  const [, ...results] = wisdomRules.parse(lines);
  assertEquals(results.map(({ time }) => time), [0.012, 0.013, 0.014, 0.015, 0.016]);
});

Deno.test("kernel-launcher: a GPU CUDA does not run on is refused", async () => {
  const request = sampleRequest(["kda_decode"]);
  const [{ profile, ...rest }] = request.devices;
  const device = { ...profile.device, vendor: "amd" };
  const devices = [{ ...rest, profile: { ...profile, device } }];
  await rejects(kernelLauncher.files({ ...request, devices }), {
    name: "RangeError",
    message: /its reader runs on GPUs of NVIDIA/,
  });
});

Deno.test("wisdom's rules refuse what its reader would", () => {
  const header = { version: "1.0", objective: "time", tunable_parameters: ["a", "b"], key: "k" };
  const line = { config: [1, "x"], problem_size: [1, 2, 3], environment: { device_name: "A" }, time: 1 };
  assert(wisdomRules.safeParse([header, line]).success);
  assert(!wisdomRules.safeParse([header, { ...line, config: [1] }]).success);
  assert(!wisdomRules.safeParse([header, { ...line, environment: {} }]).success);
  assert(!wisdomRules.safeParse([{ ...header, version: "2.0" }, line]).success);
  assert(!wisdomRules.safeParse([line]).success);
});

async function wisdomOf(request: ExportRequest) {
  const files = (await kernelLauncher.files(request)).filter(({ path }) => path.endsWith(".wisdom"));
  return files.map(({ path, text }) => ({
    path,
    lines: text.trimEnd().split("\n").map((line): unknown => JSON.parse(line)),
  }));
}
