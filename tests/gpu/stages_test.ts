// measureStages() on a pass whose one stage is a hundred times the other's work.
import type { AnyFamily } from "../../kernels/core/family.ts";
import { definePass } from "../../kernels/core/pass.ts";
import { defineSpace, oneOf } from "../../kernels/core/space.ts";
import { measureStages } from "../../tuner/stages.ts";
import { assert, assertEquals } from "../assert.ts";
import { testDevice } from "./open_test_device.ts";

const CODE = `
struct Params { unused: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> o: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  var sum = x[id.x];
  // @stage little
  for (var i = 0u; i < 20u; i++) { sum = fma(sum, 0.5, f32(i)); }
  // @end
  // @stage much
  for (var i = 0u; i < 2000u; i++) { sum = fma(sum, 0.5, f32(i)); }
  // @end
  o[id.x] = sum;
}`;

const toyFamily: AnyFamily = {
  name: "toy",
  doc: "",
  axes: { N: { doc: "", initial: 4096, min: 1, max: 4096 } },
  inputs: { x: { shape: ["N"], dtype: "f32", doc: "" } },
  outputs: { o: { shape: ["N"], dtype: "f32", doc: "" } },
  space: defineSpace({ one: oneOf([1], { initial: 1, doc: "" }) }),
  plan: ({ N }, _, device) => ({
    id: "toy",
    buffers: [
      { name: "x", dtype: "f32", length: N, role: "input", from: "x" },
      { name: "o", dtype: "f32", length: N, role: "output", to: "o" },
    ],
    passes: ["first", "second", "second"].map((label) =>
      definePass(device, {
        label,
        code: label === "first" ? CODE : CODE.replaceAll(/.*@(stage|end).*\n/g, ""),
        params: [{ name: "unused", type: "u32", value: 0 }],
        buffers: ["x", "*o"],
        workgroups: [N / 64, 1, 1],
      })
    ),
    tolerance: 0,
  }),
  reference: () => ({}),
  inputsFor: ({ N }) => ({ x: { shape: [N], data: new Float32Array(N).fill(0.5) } }),
  work: () => ({ flops: 1, bytes: 1 }),
  verifyAxes: (axes) => [axes],
  axesOf: () => ({ N: 1 }),
  checkInputs: () => {},
};

const opened = await testDevice();

Deno.test({
  name: `measureStages() times each label and each stage marked in it${
    opened ? "" : " (needs a WebGPU adapter)"
  }`,
  ignore: !opened,
  fn: async () => {
    const { whole, passes } = await measureStages(opened!, toyFamily, {
      config: { one: 1 },
      axes: { N: 4096 },
      ceilings: { readGBps: 1, f32Tflops: 1e-2, timestampQuantumNs: 100, measuredAt: "" },
      samples: 5,
      capUs: 1e6,
    });
    assertEquals(passes.map((pass) => [pass.label, pass.dispatches]), [["first", 1], ["second", 2]]);
    const [first, second] = passes;
    assertEquals(first.memoryUs, 4096 * 2 * 4 / 1e3);
    assertEquals(second.memoryUs, 2 * first.memoryUs);
    assertEquals([first.stages.map((stage) => stage.name), second.stages], [["little", "much"], []]);
    const [little, much] = first.stages.map((stage) => stage.us);
    assert(much > Math.abs(little), `${much} and ${little} us`);
    assert(whole.medianUs > 0);
  },
});
