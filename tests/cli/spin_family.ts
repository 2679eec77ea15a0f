import type { AnyFamily } from "../../kernels/core/family.ts";
import { definePass } from "../../kernels/core/pass.ts";
import { defineSpace, oneOf } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";

const code = (body: string) => `
struct Params { unused: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(1) fn main() { ${body} }`;

const BODIES: Readonly<Record<string, string>> = {
  fine: "out[0] = 1.0;",
  endless: "loop { out[0] = out[0] + 1.0; if (out[0] < 0.0) { break; } }",
  wrong: "out[0] = 2.0;",
  unwritten: "if (params.unused > 7u) { out[0] = 1.0; }",
  ill: "out[0] = nonsense;",
};

/** A kernel that writes a one, with variants that go wrong in every way a variant can. */
export const spinFamily: AnyFamily = {
  name: "spin",
  doc: "",
  axes: { N: { doc: "", initial: 1, min: 1, max: 8 } },
  inputs: {},
  outputs: { out: { shape: [1], dtype: "f32", doc: "" } },
  space: defineSpace({ body: oneOf(Object.keys(BODIES), { initial: "fine", doc: "What it does" }) }),
  plan: (_, config, device) => ({
    id: formatVariant("spin", config),
    buffers: [{ name: "out", dtype: "f32", length: 1, role: "output", to: "out" }],
    passes: [definePass(device, {
      label: "spin",
      code: code(BODIES[config.body]),
      params: [{ name: "unused", type: "u32", value: 0 }],
      buffers: ["*out"],
      // Mesa's CPU driver leaves every loop after 65535 rounds: so many workgroups take longer than any test anyway.
      workgroups: config.body === "endless" ? [65535, 65535, 1] : [1, 1, 1],
    })],
    tolerance: 1e-6,
  }),
  reference: () => ({ out: { shape: [1], data: Float64Array.of(1) } }),
  inputsFor: () => ({}),
  work: () => ({ flops: 1, bytes: 4 }),
  verifyAxes: (axes) => [axes],
  axesOf: () => ({ N: 1 }),
  checkInputs: () => {},
};
