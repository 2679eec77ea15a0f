// The exported gated_delta_net, called as ggml-webgpu calls it, against float64: both kinds of gates, tuned head sizes and
// others, hosts that were changed and that were not, tensors with gaps, shared queries, kept states in both places.
import { loadCase } from "../../cli/run_case.ts";
import { chooseWinner } from "../../exporters/llama_cpp/choose_winner.ts";
import { type DropIn, dropInOf } from "../../exporters/llama_cpp/drop_in.ts";
import { llamaCpp } from "../../exporters/llama_cpp/mod.ts";
import { shaderText } from "../../exporters/llama_cpp/shader.ts";
import { errorRatio } from "../../kernels/core/error_ratio.ts";
import type { Axes, Tensors } from "../../kernels/core/family.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { type DeltaDecodeConfig, space } from "../../kernels/delta_decode/space.ts";
import { kdaInputs } from "../../kernels/kda/inputs.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleRequest } from "../exporters/sample_request.ts";
import { callGatedDeltaNet, type CallOptions, expectedAnswer, shareQueries } from "./ggml_call.ts";
import { missingFeatures, testDevice } from "./open_test_device.ts";

const TOLERANCE = 1e-5;
const opened = await testDevice();

function gpuTest(name: string, fn: () => Promise<void>) {
  Deno.test({ name: name + missingFeatures(opened), ignore: !opened, fn });
}

/** The shader by tunables that differ from the initial ones, for the adapter of this test. */
function shaderOf(changes: Partial<DeltaDecodeConfig>): { text: string; dropIn: DropIn } {
  const config = { ...initialConfig(space) as DeltaDecodeConfig, ...changes };
  const dropIn = dropInOf(config, 128, opened!.record);
  assert(dropIn.widest.size > 0, `${JSON.stringify(changes)} fits no head size of this adapter`);
  return { text: shaderText(["a test"], { channel: dropIn, head: dropIn }), dropIn };
}

/** Errors above the tolerance, NaN among them, by tensor. */
async function wrongOf(text: string, axes: Axes, inputs: Tensors, options: CallOptions): Promise<string[]> {
  const shared = shareQueries(axes, inputs, options);
  const actual = await callGatedDeltaNet(opened!, text, axes, shared, options);
  const expected = expectedAnswer(axes, shared, options);
  assertEquals(actual.states.length, expected.states.length);
  const errors = {
    o: errorRatio(actual.o, expected.o),
    ...Object.fromEntries(
      expected.states.map((state, back) => [`state ${back}`, errorRatio(actual.states[back], state)]),
    ),
  };
  return Object.entries(errors)
    .filter(([, error]) => !(error <= TOLERANCE))
    .map(([name, error]) => `${name} of ${JSON.stringify({ ...axes, ...options })}: ${error}`);
}

const square = (B: number, T: number, H: number, size: number): Axes => ({ B, T, H, K: size, V: size });
const hostOf = (tileV: number, size: number): CallOptions => ({
  macros: { TILE_V: `${tileV}u` },
  shares: size / tileV,
});

const LAYOUTS: readonly Partial<DeltaDecodeConfig>[] = [
  { tileV: 16, rowsPerThread: 8, columnsPerThread: 4, reduce: "barrier" },
  { tileV: 32, rowsPerThread: 32, columnsPerThread: 2, reduce: "subgroup" },
  { tileV: 8, rowsPerThread: 16, columnsPerThread: 1, reduce: "mixed" },
];

for (const changes of LAYOUTS) {
  gpuTest(`gated_delta_net is right with ${JSON.stringify(changes)}`, async () => {
    const { text, dropIn } = shaderOf(changes);
    const wrong: string[] = [];
    for (const size of dropIn.widest.keys()) {
      for (const gates of ["channel", "head"] as const) {
        const axes = square(2, 5, 4, size);
        const inputs = kdaInputs(axes, 1, undefined, gates);
        const tileV = Math.min(dropIn.tileV, size);
        for (
          const options of [
            {},
            { ...hostOf(tileV, size), keep: 3, gap: 3, headsPerQuery: 2 },
            { ...hostOf(tileV, size), shares: 3, keep: 8, fused: true, sequencesPerQuery: 2 },
            { shares: 2 },
          ]
        ) wrong.push(...await wrongOf(text, axes, inputs, options));
      }
    }
    assertEquals(wrong, []);
  });
}

gpuTest("gated_delta_net takes one token of several sequences into ggml's cache", async () => {
  const { text } = shaderOf(LAYOUTS[0]);
  const wrong: string[] = [];
  for (const gates of ["channel", "head"] as const) {
    const axes = square(3, 1, 2, 128);
    const options = { ...hostOf(16, 128), fused: true, gap: 1 };
    wrong.push(...await wrongOf(text, axes, kdaInputs(axes, 2, undefined, gates), options));
  }
  assertEquals(wrong, []);
});

gpuTest("gated_delta_net serves head sizes that were not tuned", async () => {
  const { text } = shaderOf(LAYOUTS[0]);
  const wrong: string[] = [];
  for (const size of [16, 32, 256]) {
    const axes = square(1, 3, 2, size);
    for (const options of [{}, { ...hostOf(4, size), keep: 2 }]) {
      wrong.push(...await wrongOf(text, axes, kdaInputs(axes, 3, undefined, "head"), options));
    }
  }
  assertEquals(wrong, []);
});

gpuTest("the shader of an export agrees with the cases of tests/fixtures", async () => {
  const request = sampleRequest(["kda_decode", "gdn_decode"]);
  const [{ profile, ...tuned }] = request.devices;
  const here = { ...request, devices: [{ ...tuned, profile: { ...profile, device: opened!.record } }] };
  const [shader] = await llamaCpp.files(here);
  assert(chooseWinner(profile.winners, "channel") && chooseWinner(profile.winners, "head"));
  const wrong: string[] = [];
  for (
    const [family, fixture] of [
      ["gdn_prefill", "gdn_b1_t90_h1_d64"],
      ["kda_prefill", "kda_b1_t64_h2_d64"],
      ["kda_prefill", "kda_b1_t63_h1_d128"],
      ["kda_prefill", "kda_b1_t96_h1_d64_masked"],
    ]
  ) {
    const { axes, inputs, scalars, expected } = await loadCase(
      familyNamed(family),
      new URL(`../fixtures/${fixture}.safetensors`, import.meta.url).pathname,
    );
    const { B, H, K, V } = axes;
    const zeros = { shape: [B, H, K, V], data: new Float32Array(B * H * K * V) };
    const { o, states } = await callGatedDeltaNet(opened!, shader.text, axes, {
      initial_state: zeros,
      ...inputs,
    }, scalars);
    const errors = [errorRatio(o, expected.o.data), errorRatio(states[0], expected.final_state.data)];
    if (!errors.every((error) => error <= TOLERANCE)) wrong.push(`${fixture}: ${errors.join(", ")}`);
  }
  assertEquals(wrong, []);
});
