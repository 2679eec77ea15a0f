// t4: golden files, T1 and T4 against their published rules, and every condition against the rule it stands for.
import { rejects } from "node:assert/strict";
import { t4 } from "../../exporters/t4/mod.ts";
import { conditionOf, type Values } from "../../exporters/t4/conditions.ts";
import { families } from "../../kernels/mod.ts";
import { formulations, tunablesRead } from "../../kernels/core/space.ts";
import { TRIAL_STATUSES } from "../../profiles/schema.ts";
import { assert, assertEquals } from "../assert.ts";
import { failedTrial, sampleDevice } from "../profiles/samples.ts";
import { matchGolden } from "./match_golden.ts";
import { t1Rules } from "./rules/t1.ts";
import { t4Rules } from "./rules/t4.ts";
import { SAMPLE_DEVICE, sampleRequest } from "./sample_request.ts";

const NAMES = ["kda_decode", "kda_prefill", "mla_decode"];

Deno.test("t4: files but for the shaders are those in __snapshots__/t4", async () => {
  const files = await t4.files(sampleRequest(NAMES));
  await matchGolden("t4", files.filter(({ path }) => !path.endsWith(".wgsl")));
});

Deno.test("t4: a kernel file has every pass of its space's default variant once", async () => {
  const files = await t4.files(sampleRequest(["kda_prefill"]));
  const { text } = files.find(({ path }) => path.endsWith("f16_8192x1x32.wgsl"))!;
  assert(text.startsWith("// kda_prefill:formulation=chunked;chunkSize=32;"), text.slice(0, 80));
  assertEquals([...text.matchAll(/^\/\/ pass (\w+), entry point main$/gm)].map(([, label]) => label), [
    "prepare",
    "scan",
  ]);
  assertEquals(text.match(/@compute/g)!.length, 2);
});

Deno.test("t4: where the default does not fit, a kernel file is that of a variant which passed, or says why not", async () => {
  const request = sampleRequest(["kda_decode"]);
  const [{ profile, ...first }] = request.devices;
  for (
    const [most, begins] of [[128, "// kda_decode:stateElem=f32;stateLayout=KV;tileV=32;"], [
      16,
      "// No variant",
    ]]
  ) {
    const limits = { ...profile.device.limits, maxComputeInvocationsPerWorkgroup: Number(most) };
    const small = { ...first, profile: { ...profile, device: { ...profile.device, limits } } };
    const files = await t4.files({ ...request, devices: [small] });
    const { text } = files.find(({ path }) => path.endsWith(".wgsl"))!;
    assert(text.startsWith(String(begins)), text.slice(0, 80));
  }
});

Deno.test("t4: files of every family hold to T1's and T4's rules, and each space has its kernel file", async () => {
  const files = await t4.files(sampleRequest(families.map(({ name }) => name)));
  const paths = files.map(({ path }) => path);
  for (const { path, text } of files.filter((file) => file.path.endsWith(".json"))) {
    if (path.startsWith("cachefiles/")) {
      t4Rules.parse(JSON.parse(text));
      continue;
    }
    const { KernelSpecification } = t1Rules.parse(JSON.parse(text));
    assert(
      paths.includes(`kernels/${KernelSpecification.KernelFile}`),
      `${path} names a kernel file that is there`,
    );
  }
});

Deno.test("t4: a configuration lies in its space", async () => {
  const files = await t4.files(sampleRequest(families.map(({ name }) => name)));
  const textOf = new Map(files.map(({ path, text }) => [path, text]));
  let checked = 0;
  for (const { path, text } of files.filter((file) => file.path.startsWith("cachefiles/"))) {
    const t1 = t1Rules.parse(JSON.parse(textOf.get(`kernels/${path.split("/")[1]}.json`)!));
    const { TuningParameters, Conditions } = t1.ConfigurationSpace;
    for (const { configuration } of t4Rules.parse(JSON.parse(text)).results) {
      assertEquals(Object.keys(configuration), TuningParameters.map(({ Name }) => Name));
      for (const { Name, Values } of TuningParameters) {
        assert(
          fromPython<unknown[]>(Values).includes(configuration[Name]),
          `${path}: ${Name} is one of ${Values}`,
        );
      }
      for (const { Expression } of Conditions) {
        assert(holds(Expression, configuration), `${path}: ${Expression}`);
      }
      checked++;
    }
  }
  assertEquals(checked, 3 * families.length);
});

Deno.test("t4: every status has its invalidity, and only what passed is correct", async () => {
  const trials = TRIAL_STATUSES.filter((status) => status !== "passed").map((status) =>
    failedTrial(status, { ...sampleRequest(["kda_decode"]).devices[0].trials[0], status, timing: undefined })
  );
  const files = await t4.files(sampleRequest(["kda_decode"], { trials }));
  const { results } = t4Rules.parse(JSON.parse(files.find(({ path }) => path.endsWith("_T4.json"))!.text));
  assertEquals(results.map(({ invalidity }) => invalidity), [
    "constraints",
    "compile",
    "runtime",
    "correctness",
    "timeout",
    "runtime",
  ]);
  assertEquals(new Set(results.map(({ correctness }) => correctness)), new Set([0 as const]));
});

Deno.test("t4: devices share a space and have a file each", async () => {
  const first = sampleRequest(["kda_decode"]);
  const profile = {
    ...first.devices[0].profile,
    device: sampleDevice({ ...SAMPLE_DEVICE, backend: "dawn" }),
  };
  const second = { ...first.devices[0], slug: "dawn_nvidia_hopper_2330", profile };
  const files = await t4.files({ ...first, devices: [...first.devices, second] });
  assertEquals(files.filter(({ path }) => path.startsWith("kernels/") && path.endsWith(".json")).length, 1);
  assertEquals(files.filter(({ path }) => path.startsWith("cachefiles/")).length, 2);
});

Deno.test("t4: a request without trials is refused", async () => {
  await rejects(t4.files(sampleRequest(["kda_decode"], { trials: [] })), {
    name: "RangeError",
    message: /has no trials/,
  });
});

Deno.test("conditionOf() answers as its constraint does, on every config of every space", () => {
  for (const { name, space } of families) {
    for (const formulation of formulations(space)) {
      const values: Values = tunablesRead(space, formulation).map(([tunable, t]) => [tunable, t.values]);
      for (const rule of space.constraints) {
        if (rule.formulations && !rule.formulations.includes(formulation as string)) continue;
        const condition = conditionOf(rule, values);
        for (const config of product(values)) {
          const answer = condition === undefined || holds(condition.Expression, config);
          assertEquals(answer, rule.holds(config), `${name}: ${rule.reason}: ${JSON.stringify(config)}`);
        }
      }
    }
  }
});

Deno.test("conditionOf() names what a rule reads behind another tunable's value", () => {
  const values: Values = [["a", [1, 2]], ["b", ["x", "y"]], ["c", [1, 2, 3]]];
  const rule = { holds: (c: Record<string, unknown>) => c.a === 1 || c.b === "x", reason: "" };
  assertEquals(conditionOf(rule, values), { Parameters: ["a", "b"], Expression: "(a, b) not in [(2, 'y')]" });
  assertEquals(conditionOf({ holds: () => true, reason: "" }, values), undefined);
});

Deno.test("T1's and T4's rules refuse what their readers would", () => {
  const t4File = { schema_version: "1.0.0", metadata: { timeunit: "milliseconds" }, results: [] };
  assert(t4Rules.safeParse(t4File).success);
  assert(!t4Rules.safeParse({ ...t4File, metadata: { timeunit: "ms" } }).success);
  const result = { configuration: {}, times: {}, invalidity: "correct", correctness: 1 };
  assert(t4Rules.safeParse({ ...t4File, results: [result] }).success);
  assert(!t4Rules.safeParse({ ...t4File, results: [{ ...result, invalidity: "rejected" }] }).success);
  assert(!t4Rules.safeParse({ ...t4File, results: [{ ...result, times: undefined }] }).success);
  const parameter = { Name: "a", Type: "int", Values: "[1]" };
  const t1File = (changes: object) => ({
    ConfigurationSpace: { TuningParameters: [{ ...parameter, ...changes }], Conditions: [] },
    KernelSpecification: {
      Language: "Vulkan",
      KernelName: "main",
      KernelFile: "a.wgsl",
      ProblemSize: [1],
      GlobalSize: { X: "1" },
      LocalSize: { X: "1" },
      Arguments: [],
    },
  });
  assert(t1Rules.safeParse(t1File({})).success);
  assert(!t1Rules.safeParse(t1File({ Type: "bool" })).success);
  assert(!t1Rules.safeParse(t1File({ Values: [1] })).success);
});

/** Lists of numbers and words, tuples as lists: all the Python there is in these files. */
function fromPython<T>(text: string): T {
  return JSON.parse(text.replaceAll("'", '"').replaceAll("(", "[").replaceAll(")", "]"));
}

/** Whether `(a, b) in [...]` or `a not in [...]` is so. */
function holds(expression: string, config: Readonly<Record<string, unknown>>): boolean {
  const [, left, not, right] = expression.match(/^(.+?) (not )?in (\[.*\])$/)!;
  const names = left.replace(/^\(|\)$/g, "").split(", ");
  const actual = names.map((name) => typeof config[name] === "boolean" ? Number(config[name]) : config[name]);
  const found = fromPython<unknown[]>(right).some((tuple) => [tuple].flat().join() === actual.join());
  return found !== (not !== undefined);
}

function* product([head, ...rest]: Values): Generator<Record<string, number | string | boolean>> {
  if (!head) return yield {};
  for (const value of head[1]) for (const config of product(rest)) yield { [head[0]]: value, ...config };
}
