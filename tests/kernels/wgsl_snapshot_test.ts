// The WGSL that runs, whole, for reviewers to read in a diff: tests/kernels/__snapshots__/FAMILY.VARIANT.PASS.wgsl, of
// every formulation's initial variant, named by the formulation, and of a few more. The device has matrix units.
// Loops stay rolled there; what unrolling makes of the initial variants is held to a digest.
//   deno test -A tests/kernels/wgsl_snapshot_test.ts -- --update     rewrites them
import { completeAxes } from "../../kernels/core/axes.ts";
import type { AnyFamily } from "../../kernels/core/family.ts";
import { parseConfig } from "../../kernels/core/variant_id.ts";
import { families } from "../../kernels/mod.ts";
import { FORMULATION, formulations, tunablesRead, type TunableValue } from "../../kernels/core/space.ts";
import { assert, assertEquals } from "../assert.ts";
import { MATRIX_DEVICE } from "../contracts/devices.ts";

const FOLDER = new URL("__snapshots__/", import.meta.url);
const UPDATE = Deno.args.includes("--update");

type Changes = Readonly<Record<string, unknown>>;

/** Variants beside the initial ones, by what they differ from the one of their formulation in. */
const VARIANTS: Readonly<Record<string, Readonly<Record<string, Changes>>>> = {
  gqa_decode: { f16: { cacheElem: "f16" }, subgroup: { reduce: "subgroup", queries: "workgroup" } },
  kda_decode: {
    direct: { operands: "direct" },
    f16: { stateElem: "f16" },
    mixed: { reduce: "mixed", tileV: 16 },
    subgroup: { reduce: "subgroup", rowsPerThread: 32 },
    vk: { stateLayout: "VK" },
  },
  kda_prefill: {
    f16: { elem: "f16", io: "f16" },
    segments: { formulation: "recurrent", segments: 8 },
  },
  gdn_decode: { direct: { operands: "direct" } },
  mla_decode: { f16: { cacheElem: "f16" } },
  mla_prefill: { f32: { io: "f32" } },
};

/** Texts of a variant by pass; the windows of a long input share theirs. */
function textsOf(family: AnyFamily, changes: Changes): Map<string, string> {
  const config = parseConfig(family.name, family.space, Object.entries(changes));
  const { passes } = family.plan(completeAxes(family, {}), config, MATRIX_DEVICE);
  return new Map(passes.map((pass) => [pass.label, pass.code]));
}

/** The initial variant of each formulation, by its name; `default` in a space of one. */
function initialVariants({ space }: AnyFamily): [string, Changes][] {
  return formulations(space).map((formulation) =>
    formulation === undefined ? ["default", {}] : [`${formulation}`, { [FORMULATION]: formulation }]
  );
}

/** The same with rolled loops, where the formulation unrolls any. */
function rolled({ space }: AnyFamily, changes: Changes): Changes {
  const read = tunablesRead(space, changes[FORMULATION] as TunableValue | undefined);
  return read.some(([name]) => name === "unroll") ? { ...changes, unroll: false } : changes;
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
  const others = VARIANTS[family.name] ?? {};
  for (const [variant, changes] of [...initialVariants(family), ...Object.entries(others)]) {
    const own = FORMULATION in changes ? { [FORMULATION]: changes[FORMULATION] } : {};
    const usual = variant in others ? textsOf(family, rolled(family, own)) : undefined;
    for (const [label, text] of textsOf(family, rolled(family, changes))) {
      if (usual?.get(label) === text) continue;
      const file = `${family.name}.${variant}.${label}.wgsl`;
      files.push(file);
      Deno.test(`${family.name}: the ${variant} variant's pass ${label} is its snapshot`, () =>
        matchSnapshot(file, text));
    }
  }
}

files.push("unrolled.txt");
Deno.test("unroll() makes the same text of every initial variant", async () => {
  const lines: string[] = [];
  for (const family of families) {
    for (const [variant, changes] of initialVariants(family)) {
      for (const [label, text] of textsOf(family, changes)) {
        const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
        lines.push(`${new Uint8Array(digest).toHex()}  ${family.name} ${variant} ${label}\n`);
      }
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
