// The llama.cpp export: its files as they are, the shader under every set of macros its host defines, the header as C.
// tests/gpu/llama_cpp_test.ts runs the shader.
import { chooseWinner } from "../../exporters/llama_cpp/choose_winner.ts";
import { llamaCpp } from "../../exporters/llama_cpp/mod.ts";
import type { ExportRequest } from "../../exporters/exporter.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import type { DeviceRecord, Winner } from "../../profiles/schema.ts";
import { assert, assertEquals } from "../assert.ts";
import { wgslRefusal } from "../contracts/wgsl_refusal.ts";
import { preprocess } from "./ggml_preprocess.ts";
import { matchGolden } from "./match_golden.ts";
import { gatedDeltaNetRules, interfaceOf } from "./rules/ggml_gated_delta_net.ts";
import { sampleRequest } from "./sample_request.ts";

const request = sampleRequest(["kda_decode", "gdn_decode"]);
const files = await llamaCpp.files(request);
const [shader, header, readme] = files.map(({ text }) => text);
const HEAD_SIZES = [16, 32, 64, 128, 256];

const MORE: readonly Readonly<Record<string, string>>[] = [{}, { KDA: "" }, { TILE_V: "16u" }];

/** The macros of every pipeline a host builds, one that sets TILE_V among them. */
function* pipelines(): Generator<{ macros: Record<string, string>; fused: boolean }> {
  for (const size of HEAD_SIZES) {
    for (const fused of [false, true]) {
      for (const more of MORE) {
        const macros: Record<string, string> = {
          S_V: `${size}u`,
          WG_SIZE: `${size}u`,
          ...(fused && { FUSED_CACHE: "" }),
          ...more,
        };
        yield { macros, fused };
      }
    }
  }
}

/** The request with other winners, or with changes to its device. */
function changed(winners: readonly Winner[], device: Partial<DeviceRecord> = {}): ExportRequest {
  const [{ profile, ...tuned }] = request.devices;
  const other = { ...profile, winners: [...winners], device: { ...profile.device, ...device } };
  return { ...request, devices: [{ ...tuned, profile: other }] };
}

/** A winner of the request with other tunables or axes. */
function winnerWith(family: string, config: Winner["config"], axes: Winner["axes"] = {}): Winner {
  const winner = request.devices[0].profile.winners.find((w) => w.family === family)!;
  const made = { ...winner.config, ...config };
  return {
    ...winner,
    config: made,
    variant: formatVariant(family, made),
    axes: { ...winner.axes, ...axes },
  };
}

Deno.test("llama.cpp: the files of a sample request", () => matchGolden("llama_cpp", files));

Deno.test("llama.cpp: the shader is WGSL with ggml's interface under every set of macros", () => {
  for (const { macros, fused } of pipelines()) {
    const code = preprocess(shader, macros);
    assertEquals(wgslRefusal(code), undefined);
    gatedDeltaNetRules(fused).parse(interfaceOf(code));
  }
});

Deno.test("llama.cpp: the rules refuse a shader that ggml could not bind", () => {
  const code = preprocess(shader, { S_V: "128u" });
  const breaks: readonly [from: string, to: string][] = [
    ["@binding(6)", "@binding(9)"],
    ["read_write> src_v", "read> src_v"],
    ["  neq1: u32,", ""],
    ["  K: u32,", "  scale: f32,"],
    ["fn main(", "fn step("],
    ["src_beta[inBeta]", "1.0"],
  ];
  assert(gatedDeltaNetRules(false).safeParse(interfaceOf(code)).success);
  for (const [from, to] of breaks) {
    assert(code.includes(from));
    const broken = interfaceOf(code.replace(from, to));
    assert(!gatedDeltaNetRules(false).safeParse(broken).success, `${from} -> ${to} passed`);
  }
  assert(!gatedDeltaNetRules(true).safeParse(interfaceOf(code)).success);
});

Deno.test("llama.cpp: the shader fits one literal of the C++ that ggml embeds it in", async () => {
  const shuffled = ["kda_decode", "gdn_decode"].map((family) => winnerWith(family, { reduce: "subgroup" }));
  for (const text of [shader, (await llamaCpp.files(changed(shuffled)))[0].text]) {
    assert(!text.includes(')"'), "a raw string would end there");
    assert(text.length <= 16380, `${text.length} characters are more than MSVC takes`);
  }
});

Deno.test("llama.cpp: kinds of gates have tiles of their own, and sums by shuffles their directive", async () => {
  const winners = [
    winnerWith("kda_decode", { tileV: 8, rowsPerThread: 8, columnsPerThread: 2, reduce: "subgroup" }),
    winnerWith("gdn_decode", { tileV: 128, rowsPerThread: 32, columnsPerThread: 1, reduce: "barrier" }),
  ];
  const [{ text }] = await llamaCpp.files(changed(winners));
  const kda = preprocess(text, { S_V: "128u", KDA: "", TILE_V: "8u" });
  const gdn = preprocess(text, { S_V: "128u", TILE_V: "128u" });
  const [, ...rest] = kda.split("enable subgroups;");
  assertEquals(rest.length, 1);
  assertEquals(wgslRefusal(kda.replace("enable subgroups;", "")), undefined);
  assert(kda.includes("subgroupShuffleXor") && kda.includes("const tileV: u32 = 8u"));
  assert(kda.includes("const rowsPerThread: u32 = 8u") && kda.includes("const columnsPerThread: u32 = 2u"));
  assertEquals(wgslRefusal(gdn), undefined);
  assert(!gdn.includes("enable") && gdn.includes("const tileV: u32 = 128u"));
  assert(gdn.includes("const rowsPerThread: u32 = 16u") && gdn.includes("const columnsPerThread: u32 = 2u"));
});

Deno.test("llama.cpp: a host that was not changed gets the widest tile the device holds", async () => {
  const tile = async (limits: Record<string, number>) => {
    const { device, winners } = request.devices[0].profile;
    const [{ text }] = await llamaCpp.files(changed(winners, { limits: { ...device.limits, ...limits } }));
    return /const tileV: u32 = (\d+)u/.exec(preprocess(text, { S_V: "128u", KDA: "" }))![1];
  };
  assertEquals(await tile({}), "128");
  assertEquals(await tile({ maxComputeWorkgroupStorageSize: 16384 }), "64");
  assertEquals(await tile({ maxComputeInvocationsPerWorkgroup: 128 }), "32");
  assertEquals(await tile({ maxComputeInvocationsPerWorkgroup: 64 }), "4");
});

Deno.test("llama.cpp: the winner is the nearest to ggml's call", () => {
  const small = winnerWith("kda_decode", { stateLayout: "KV" }, { N: 1 });
  const swapped = winnerWith("kda_decode", { stateLayout: "VK" }, { N: 64 });
  const half = winnerWith("kda_decode", { stateElem: "f16", stateLayout: "VK" }, { N: 1 });
  const flat = winnerWith("kda_decode", { stateLayout: "VK" }, { N: 1, V: 64 });
  const short = winnerWith("kda_decode", { stateLayout: "VK" }, { N: 1, K: 64, V: 64 });
  assertEquals(chooseWinner([half, flat, small, short, swapped], "channel"), swapped);
  assertEquals(chooseWinner([half, flat, winnerWith("kda_decode", {}, { N: 64 }), small], "channel"), small);
  assertEquals(chooseWinner([half, flat], "channel"), undefined);
  assertEquals(chooseWinner([small], "head"), undefined);
});

Deno.test("llama.cpp: one family stands for both, and the README says so", async () => {
  const [one, , about] = await llamaCpp.files(sampleRequest(["kda_decode"]));
  const tiles = (macros: Record<string, string>) => preprocess(one.text, { S_V: "128u", ...macros });
  assert(
    tiles({}) === tiles({}) && tiles({}).includes("const tileV: u32 = 128u"),
  );
  assert(about.text.includes("no winner of gdn_decode was there to be exported"));
  assert(!readme.includes("no winner of"));
});

Deno.test("llama.cpp: files() says in one sentence that nothing can be had", async () => {
  for (const winners of [[], [winnerWith("kda_decode", { stateElem: "f16" })]]) {
    const error = await llamaCpp.files(changed(winners)).catch((error) => error);
    assert(error instanceof RangeError && error.message.includes("for llama.cpp: ggml's states are f32"));
  }
});

const compiler = await firstFound(["cc", "gcc", "clang"]);
Deno.test({
  name: `llama.cpp: the header is C and its numbers are the shader's${
    compiler ? "" : " (needs a C compiler)"
  }`,
  ignore: !compiler,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const checks = [...pipelines()].flatMap(({ macros }) => {
        const [size, kda] = [macros.S_V.replace("u", ""), "KDA" in macros ? 1 : 0];
        const name = (what: string) => `GGML_WEBGPU_GATED_DELTA_NET_${what}(${size}, ${kda})`;
        const tileV = size === "16" || size === "32" || size === "256" ? 4 : kda ? 32 : 16;
        return [
          `_Static_assert(${name("TILE_V")} == ${tileV}, "tile");`,
          `_Static_assert(${name("TILES")} * ${tileV} == ${size}, "tiles");`,
          `_Static_assert(${name("WG_SIZE")} == ${
            threadsIn(preprocess(shader, { ...macros, TILE_V: `${tileV}u` }))
          }, "threads");`,
        ];
      });
      await Deno.writeTextFile(`${folder}/ggml.h`, header);
      await Deno.writeTextFile(`${folder}/host.c`, [`#include "ggml.h"`, ...checks, ""].join("\n"));
      const compile = async (file: string) => {
        const args = ["-std=c11", "-Wall", "-Werror", "-fsyntax-only", file];
        const { success, stderr } = await new Deno.Command(compiler!, { args, cwd: folder }).output();
        return success ? "" : new TextDecoder().decode(stderr);
      };
      assertEquals(await compile("host.c"), "");
      await Deno.writeTextFile(`${folder}/ggml.h`, header.replace("? 32u", "? 24u"));
      assert(await compile("host.c") !== "", "a wrong number passed");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Threads of a preprocessed shader's workgroups, by its constants. */
function threadsIn(code: string): number {
  const constant = (name: string) => Number(new RegExp(`const ${name}: u32 = (\\d+)u`).exec(code)![1]);
  return constant("tileV") / constant("columnsPerThread") * constant("headSize") / constant("rowsPerThread");
}

async function firstFound(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    try {
      await new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" }).output();
      return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
