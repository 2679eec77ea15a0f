// Covers `run`: right results in the caller's layout, and every way the caller's file can be wrong, before any GPU.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Tensor } from "../../kernels/core/family.ts";
import { swapLastAxes } from "../../kernels/core/swap_axes.ts";
import { openSafetensors } from "../../cli/read_safetensors.ts";
import { writeCase } from "./case_file.ts";
import { inFolder } from "./in_folder.ts";
import { runCli } from "./run_cli.ts";

const DECODE = { N: 2, H: 1, K: 64, V: 64 };
const MLA = { N: 2, H: 2, S: 70 };

const reshape = (tensor: Tensor, ...shape: number[]): Tensor => ({ ...tensor, shape });
type Change = Parameters<typeof writeCase>[3];

const BAD: Record<
  string,
  { family: "kda_decode" | "mla_decode"; change: Change; says: RegExp; args?: string[] }
> = {
  "a missing tensor": {
    family: "kda_decode",
    change: (t) => delete t.beta,
    says: /Missing tensor "beta" of kda_decode/,
  },
  "a wrong dtype": {
    family: "kda_decode",
    change: (t) => t.v = { shape: t.v.shape, data: new Int32Array(t.v.data.length) },
    says: /Tensor v .* is I32, and kda_decode takes F32/,
  },
  "shapes that disagree": {
    family: "kda_decode",
    change: (t) => t.k = reshape(t.k, 1, 2, 64),
    says: /Tensor k has shape \[1, 2, 64\].*q has shape \[2, 1, 64\]/,
  },
  "a rank that is wrong": {
    family: "kda_decode",
    change: (t) => t.q = reshape(t.q, 2, 64),
    says: /Tensor q has shape \[2, 64\], and kda_decode takes \[N, H, K\]/,
  },
  "a head size no variant has": {
    family: "kda_decode",
    change: (t) => {
      for (const name of ["q", "k", "g"]) t[name] = { shape: [2, 1, 32], data: new Float32Array(64) };
      t.initial_state = { shape: [2, 1, 32, 64], data: new Float32Array(2 * 32 * 64) };
    },
    says: /K=32: it must be one of 64, 128/,
  },
  "a gate above 0": {
    family: "kda_decode",
    change: (t) => t.g.data[3] = 0.5,
    says: /Tensor g holds 0\.5 at element 3/,
  },
  "a NaN": {
    family: "kda_decode",
    change: (t) => t.k.data[7] = NaN,
    says: /Tensor k holds NaN at element 7/,
  },
  "a scale that is no number": {
    family: "kda_decode",
    change: (_, metadata) => metadata.scale = "half",
    says: /metadata scale "half"/,
  },
  "a layout that is none": {
    family: "kda_decode",
    change: (_, metadata) => metadata.stateLayout = "HV",
    says: /metadata stateLayout "HV" .*: it takes KV, VK/,
  },
  "packed sequences": {
    family: "kda_decode",
    change: (t) => t.cu_seqlens = { shape: [2], data: Int32Array.of(0, 2) },
    says: /holds cu_seqlens/,
  },
  "a variant of another family": {
    family: "kda_decode",
    change: () => {},
    args: ["--config", "mla_decode"],
    says: /the variant belongs to mla_decode/,
  },
  "an unknown tunable": {
    family: "kda_decode",
    change: () => {},
    args: ["--config", "kda_decode:tileW=3"],
    says: /Unknown tunable "tileW"/,
  },
  "cache_seqlens beyond the block table": {
    family: "mla_decode",
    change: (t) => t.cache_seqlens.data[1] = 1 << 20,
    says: /cache_seqlens/,
  },
  "a block-table entry out of range": {
    family: "mla_decode",
    change: (t) => t.block_table.data[0] = 9999,
    says: /block_table/,
  },
};

for (const [name, { family, change, says, args = [] }] of Object.entries(BAD)) {
  Deno.test(`run refuses ${name}: one sentence, code 2, nothing written`, () =>
    inFolder(async (folder) => {
      await writeCase(`${folder}/in`, family, family === "mla_decode" ? MLA : DECODE, change);
      const { code, stdout, stderr } = await runCli(
        ["run", family, "--in", `${folder}/in`, "--out", `${folder}/out`, "--json", ...args],
      );
      match(stderr, says);
      strictEqual(stderr.trim().split("\n").length, 1, stderr);
      strictEqual(stdout, "");
      strictEqual(code, 2);
      deepStrictEqual([...Deno.readDirSync(folder)].map((e) => e.name), ["in"]);
    }));
}

Deno.test("run refuses a file that is not there, a truncated one and a place it can't write to", () =>
  inFolder(async (folder) => {
    const run = (from: string, to: string) =>
      runCli(["run", "kda_decode", "--in", `${folder}/${from}`, "--out", `${folder}/${to}`]);
    await writeCase(`${folder}/in`, "kda_decode", DECODE);
    const bytes = await Deno.readFile(`${folder}/in`);
    await Deno.writeFile(`${folder}/short`, bytes.subarray(0, bytes.length - 9));
    const results = await Promise.all([
      run("none", "out"),
      run("short", "out"),
      run("in", "no/out"),
      run("in", ""),
    ]);
    for (
      const [i, says] of [/no such file/, /cut short/, /Cannot write .*no such file/, /folder/].entries()
    ) {
      match(results[i].stderr, says);
      strictEqual(results[i].code, 2);
    }
  }));

Deno.test("run matches the reference, honours scale, and keeps a T axis of 1", () =>
  inFolder(async (folder) => {
    await writeCase(`${folder}/in`, "kda_decode", DECODE, (t, metadata) => {
      for (const name of ["q", "k", "v", "g", "o"]) t[name] = reshape(t[name], 2, 1, 1, 64);
      t.beta = reshape(t.beta, 2, 1, 1);
      metadata.scale = String(64 ** -0.5 * 2);
      t.o = { ...t.o, data: Float32Array.from(t.o.data, (x) => x * 2) };
    });
    const args = ["run", "kda_decode", "--in", `${folder}/in`, "--out", `${folder}/out`];
    const { code, stdout, stderr } = await runCli([...args, "--check", "--json", "--profiles", folder]);
    strictEqual(code, 0, stderr);
    const report = JSON.parse(stdout);
    ok(report.errors.o <= 1e-5 && report.errors.final_state <= 1e-5);
    strictEqual(report.passed, true);
    match(report.configFrom, /default/);
    deepStrictEqual((await openSafetensors(`${folder}/out`)).entries.o.shape, [2, 1, 1, 64]);
  }));

Deno.test("run takes and gives states [V, K] where the metadata says so", () =>
  inFolder(async (folder) => {
    await writeCase(`${folder}/in`, "kda_decode", { ...DECODE, V: 128 }, (t, metadata) => {
      for (const name of ["initial_state", "final_state"]) t[name] = swapLastAxes(t[name]);
      metadata.stateLayout = "VK";
    });
    const args = ["run", "kda_decode", "--in", `${folder}/in`, "--out", `${folder}/out`];
    const { code, stdout, stderr } = await runCli([...args, "--check", "--json", "--profiles", folder]);
    strictEqual(code, 0, stderr);
    match(JSON.parse(stdout).variant, /stateLayout=VK/);
    const { entries, metadata } = await openSafetensors(`${folder}/out`);
    deepStrictEqual(entries.final_state.shape, [2, 1, 128, 64]);
    strictEqual(metadata.stateLayout, "VK");
  }));

Deno.test("run --check exits 1 where the expected output is missed", () =>
  inFolder(async (folder) => {
    await writeCase(`${folder}/in`, "kda_decode", DECODE, (t) => t.o.data[0] += 1);
    const args = ["run", "kda_decode", "--in", `${folder}/in`, "--out", `${folder}/out`, "--json"];
    const { code, stdout } = await runCli([...args, "--check"]);
    strictEqual(code, 1);
    strictEqual(JSON.parse(stdout).passed, false);
    strictEqual((await runCli(args)).code, 0);
  }));
