// storable(): what a caller may hold in f16 is exact in it, and everything else is left alone.
import { storable } from "../../kernels/core/storable.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { assert, assertEquals } from "../assert.ts";

const STORED_IN_HALVES = {
  kda_decode: ["initial_state"],
  kda_prefill: ["q", "k", "v"],
  mla_decode: ["cache"],
};
const AXES = { B: 1, N: 1, T: 3, H: 1, S: 70, P: 0, K: 64, V: 64 };

for (const [name, halves] of Object.entries(STORED_IN_HALVES)) {
  Deno.test(`storable() rounds ${halves.join(", ")} of ${name} to f16, and nothing else`, () => {
    const family = familyNamed(name);
    const inputs = family.inputsFor(AXES, 1);
    const held = storable(family, inputs);
    for (const tensor of Object.keys(inputs)) {
      const isHalf = halves.includes(tensor);
      assertEquals(held[tensor].shape, inputs[tensor].shape);
      if (!isHalf) assertEquals(held[tensor], inputs[tensor], tensor);
      else assert(held[tensor].data.every((x: number) => x === Math.f16round(x)), tensor);
      assertEquals(inputs[tensor].data.every((x: number, i: number) => x === held[tensor].data[i]), !isHalf);
    }
  });
}
