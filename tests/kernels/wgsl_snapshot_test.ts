// The WGSL that runs, whole, for reviewers to read in a diff: tests/kernels/__snapshots__/FAMILY.VARIANT.PASS.wgsl.
// Loops stay rolled there; what unrolling makes of the default variants is held to a digest.
//   deno test -A tests/kernels/wgsl_snapshot_test.ts -- --update     rewrites them
import { completeAxes } from "../../kernels/core/axes.ts";
import type { AnyFamily } from "../../kernels/core/family.ts";
import { parseConfig } from "../../kernels/core/variant_id.ts";
import { families } from "../../kernels/mod.ts";
import { PORTABLE_DEVICE } from "../../cli/portable_device.ts";
import { assert, assertEquals } from "../assert.ts";

const FOLDER = new URL("__snapshots__/", import.meta.url);
const UPDATE = Deno.args.includes("--update");

/** Variants beside the default, by what they differ from it in. */
const VARIANTS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>> = {
  kda_decode: {
    direct: { operands: "direct" },
    f16: { stateElem: "f16" },
    mixed: { reduce: "mixed", tileV: 16 },
    subgroup: { reduce: "subgroup", rowsPerThread: 32 },
    vk: { stateLayout: "VK", rows: "interleaved" },
  },
  kda_prefill: {
    f16: { elem: "f16", io: "f16" },
    recurrent: { formulation: "recurrent" },
    recurrent_subgroup: { formulation: "recurrent", recurrentReduce: "subgroup" },
  },
  mla_decode: { f16: { cacheElem: "f16" }, subgroup: { reduce: "subgroup" } },
};

/** Texts of a variant by pass; the windows of a long input share theirs. */
function textsOf(family: AnyFamily, changes: Readonly<Record<string, unknown>>): Map<string, string> {
  const config = parseConfig(family.name, family.space, Object.entries(changes));
  const { passes } = family.plan(completeAxes(family, {}), config, PORTABLE_DEVICE);
  return new Map(passes.map((pass) => [pass.label, pass.code]));
}

async function matchSnapshot(file: string, text: string): Promise<void> {
  const url = new URL(file, FOLDER);
  if (UPDATE) {
    await Deno.mkdir(FOLDER, { recursive: true });
    await Deno.writeTextFile(url, text);
  }
  const stored = await Deno.readTextFile(url).catch(() => undefined);
  assert(
    stored !== undefined,
    `tests/kernels/__snapshots__/${file} is missing: run this test with -- --update`,
  );
  assertEquals(
    text,
    stored,
    `tests/kernels/__snapshots__/${file} differs: read the diff, then run with -- --update`,
  );
}

const files: string[] = [];
for (const family of families) {
  const rolled = "unroll" in family.space.tunables ? { unroll: false } : {};
  for (const [variant, changes] of Object.entries({ default: {}, ...VARIANTS[family.name] })) {
    const usual = textsOf(family, rolled);
    for (const [label, text] of textsOf(family, { ...rolled, ...changes })) {
      if (variant !== "default" && usual.get(label) === text) continue;
      const file = `${family.name}.${variant}.${label}.wgsl`;
      files.push(file);
      Deno.test(`${family.name}: the ${variant} variant's pass ${label} is its snapshot`, () =>
        matchSnapshot(file, text));
    }
  }
}

files.push("unrolled.txt");
Deno.test("unroll() makes the same text of every default variant", async () => {
  const lines: string[] = [];
  for (const family of families) {
    for (const [label, text] of textsOf(family, {})) {
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
      lines.push(`${new Uint8Array(digest).toHex()}  ${family.name} ${label}\n`);
    }
  }
  await matchSnapshot("unrolled.txt", lines.join(""));
});

Deno.test("tests/kernels/__snapshots__ holds no file of a variant that is gone", () => {
  const stored = [...Deno.readDirSync(FOLDER)].map((entry) => entry.name);
  if (UPDATE) {
    for (const name of stored) {
      if (!files.includes(name)) Deno.removeSync(new URL(name, FOLDER));
    }
  } else assertEquals(stored.toSorted(), files.toSorted());
});
