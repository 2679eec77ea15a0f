// exporters/wgsl: the files of a bundle, the manifest's schema, the module's size and types, and `load`.
import { gzipSync } from "node:zlib";
import { rejects } from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import type { ExportFile } from "../../../exporters/exporter.ts";
import { manifestSchema } from "../../../exporters/wgsl/manifest.ts";
import { wgsl } from "../../../exporters/wgsl/mod.ts";
import { wideJson } from "../../../exporters/wgsl/wide_json.ts";
import { families, familyNamed } from "../../../kernels/mod.ts";
import { assert, assertEquals } from "../../assert.ts";
import { inFolder } from "../../cli/in_folder.ts";
import { matchGolden } from "../match_golden.ts";
import { sampleRequest } from "../sample_request.ts";
import { fakeDevice } from "./fake_device.ts";

const EVERY = families.map(({ name }) => name);
/** Written by hand for the whole bundle; `families.js` and `data/` are the bundle's content. */
const MODULE = ["index.js", "kernel.js", "choose.js", "steps.js", "pipelines.js", "device.js", "formula.js"];
const MOST_MODULE_BYTES = 10 * 1024;

const textOf = (files: readonly ExportFile[], path: string) => files.find((file) => file.path === path)!.text;

Deno.test("the bundle: manifest, types, README and package are those a reviewer read", async () => {
  const files = await wgsl.files(sampleRequest(["gdn_prefill", "mla_decode"]));
  const read = ["README.md", "families.js", "index.d.ts", "manifest.json", "package.json"];
  await matchGolden("wgsl", files.filter(({ path }) => read.includes(path)));
});

Deno.test("every module of the bundle's runtime is one of its files, and nothing else is imported", async () => {
  const files = await wgsl.files(sampleRequest(EVERY));
  const paths = files.map(({ path }) => path);
  assertEquals(new Set(paths).size, paths.length);
  for (const { path, text } of files.filter(({ path }) => path.endsWith(".js"))) {
    if (path.startsWith("data/")) continue;
    for (const [, specifier] of text.matchAll(/(?:from |import\()"([^"]+)"/g)) {
      assert(paths.includes(specifier.replace("./", "")), `${path} imports ${specifier}`);
    }
  }
  assertEquals(EVERY.every((name) => paths.includes(`data/${name}.js`)), true);
  for (const path of MODULE) assert(paths.includes(path), path);
});

Deno.test("the bundle's module is smaller than 10 KB, packed", async () => {
  const files = await wgsl.files(sampleRequest(EVERY));
  const bytes = gzipSync(MODULE.map((path) => textOf(files, path)).join("")).length;
  assert(bytes < MOST_MODULE_BYTES, `${bytes} bytes`);
});

Deno.test("manifest.json is what manifest.schema.json says, and names every WGSL file with its text", async () => {
  const files = await wgsl.files(sampleRequest(EVERY));
  const manifest = JSON.parse(textOf(files, "manifest.json"));
  assertEquals(manifestSchema.parse(manifest), manifest);
  const published = z.fromJSONSchema(JSON.parse(textOf(files, "manifest.schema.json")));
  assertEquals(published.safeParse(manifest).error?.issues, undefined);
  const named = new Set<string>();
  for (const [name, { variants }] of Object.entries(manifestSchema.parse(manifest).families)) {
    const { code } = await import(
      `data:text/javascript,${encodeURIComponent(textOf(files, `data/${name}.js`))}`
    );
    for (const { file } of variants.flatMap(({ passes }) => passes)) {
      named.add(file);
      assertEquals(code[file], textOf(files, file));
    }
  }
  const there = files.map(({ path }) => path).filter((path) => path.endsWith(".wgsl"));
  assertEquals([...named].sort(), there.sort());
});

Deno.test("manifest.schema.json refuses a manifest that is none", async () => {
  const files = await wgsl.files(sampleRequest(["gdn_decode"]));
  const published = z.fromJSONSchema(JSON.parse(textOf(files, "manifest.schema.json")));
  type Loose = Record<string, never>;
  const spoil: Record<string, (manifest: Loose, variant: Loose) => void> = {
    "another version": (m) => Object.assign(m, { manifestVersion: 2 }),
    "no devices": (m) => delete m.devices,
    "a workgroup count that is no formula": (_, { passes }) =>
      Object.assign(passes[0], { workgroups: [1, 1, 1] }),
    "an unknown role": (_, { buffers }) => Object.assign(buffers[0], { role: "uniform" }),
    "no tolerance": (_, variant) => delete variant.tolerance,
  };
  for (const [what, change] of Object.entries(spoil)) {
    const manifest = JSON.parse(textOf(files, "manifest.json"));
    change(manifest, manifest.families.gdn_decode.variants[0]);
    assert(!published.safeParse(manifest).success, what);
    assert(!manifestSchema.safeParse(manifest).success, what);
  }
});

Deno.test("a family without a winner is left out; without any the export is refused in a sentence", async () => {
  const request = sampleRequest(["gdn_decode"]);
  const more = { ...request, families: [...request.families, familyNamed("kda_decode")] };
  const paths = (await wgsl.files(more)).map(({ path }) => path);
  assert(paths.includes("data/gdn_decode.js") && !paths.includes("data/kda_decode.js"));
  await rejects(wgsl.files({ ...request, families: [familyNamed("kda_decode")] }), {
    name: "RangeError",
    message: "Cannot export kda_decode as WGSL: no device has a winner of it; tune it first",
  });
});

/** Runs `work` with the address of an exported folder. */
const inBundle = (names: readonly string[], work: (folder: string) => Promise<void>) =>
  inFolder(async (folder) => {
    for (const { path, text } of await wgsl.files(sampleRequest(names))) {
      const file = `${folder}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
    await work(folder);
  });

Deno.test("load() gives a family's kernel; its name may be left out where there is one, and is asked for otherwise", async () => {
  const { device } = fakeDevice();
  await inBundle(["gdn_decode"], async (folder) => {
    const { load } = await import(`file://${folder}/index.js`);
    const { rung } = (await load(device)).choose({ N: 1, H: 32, K: 128, V: 128 });
    assertEquals(rung, "adapter");
  });
  await inBundle(["gdn_decode", "kda_decode"], async (folder) => {
    const { load } = await import(`file://${folder}/index.js`);
    assertEquals((await load(device, "kda_decode")).choose({ N: 8, H: 32, K: 128, V: 128 }).rung, "adapter");
    const message = (name: string) => `No family "${name}" is in this bundle: it has gdn_decode, kda_decode`;
    await rejects(load(device, "mla_decode"), { name: "RangeError", message: message("mla_decode") });
    await rejects(load(device, "toString"), { name: "RangeError", message: message("toString") });
    await rejects(load(device), { name: "RangeError", message: message("") });
  });
});

const PROGRAM = `
import { load, requestDevice } from "./index.js";
const device = await requestDevice((await navigator.gpu.requestAdapter())!);
const kernel = await load(device, "kda_decode", { storage: { stateElem: "f16" } });
const axes = { N: 1, H: 32, K: 128, V: 128 };
const { buffers, measured, rung } = await kernel.prepare(axes);
const make = (name: string) => device.createBuffer({ size: buffers[name].bytes, usage: 0x80 });
const [q, k, v, g, beta, state, o] = ["q", "k", "v", "g", "beta", "state", "o"].map(make);
const pass = device.createCommandEncoder().beginComputePass();
kernel.encode(pass, { q, k, v, g, beta, state: { buffer: state, offset: 256 }, o }, axes, { scale: 1 });
const cache = await load(device, "mla_decode");
cache.choose({ N: 1, H: 32, S: 8192 });
console.log(measured?.timing.medianUs, rung);
kernel.destroy();
`;

Deno.test("index.d.ts type-checks a program, and refuses names that are wrong", () =>
  inBundle(["kda_decode", "mla_decode"], async (folder) => {
    const wrong: [find: string, replace: string, message: RegExp][] = [
      ["g, beta, state:", "g, betas: beta, state:", /betas/],
      ["o }, axes", "}, axes", /'o' is missing/],
      ["S: 8192 }", "T: 8192 }", /'T'/],
      ['"f16"', '"f8"', /"f8"/],
      ['"mla_decode"', '"mla"', /"mla"/],
      ["medianUs", "median", /'median'/],
    ];
    await Deno.writeTextFile(`${folder}/right.ts`, PROGRAM);
    assertEquals(await check(folder, "right.ts"), "");
    for (const [i, [find, replace]] of wrong.entries()) {
      assert(PROGRAM.includes(find), find);
      await Deno.writeTextFile(`${folder}/wrong${i}.ts`, PROGRAM.replace(find, replace));
    }
    const said = await check(folder, ...wrong.keys().map((i) => `wrong${i}.ts`));
    const errors = said.split(/(?=TS\d+ \[ERROR\])/);
    for (const [i, [, replace, message]] of wrong.entries()) {
      const own = errors.filter((error) => error.includes(`/wrong${i}.ts`)).join("");
      assert(message.test(own), `${replace}: ${own}`);
    }
  }));

/** What `deno check` says against files; nothing where they are right. */
async function check(folder: string, ...files: readonly string[]): Promise<string> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", ...files],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stderr);
  return success ? "" : said || "it failed";
}

Deno.test("wideJson() is JSON of the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      assertEquals(JSON.parse(wideJson(value)), JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 200, seed: 17 },
  );
  assertEquals(wideJson({ a: 1, b: undefined, c: [], d: {} }), '{ "a": 1, "c": [], "d": {} }');
  const wide = wideJson({ rows: Array.from({ length: 3 }, () => ({ name: "x".repeat(60) })) });
  assertEquals(wide.split("\n").length, 7);
});
