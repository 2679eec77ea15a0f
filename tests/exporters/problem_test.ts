// problemOf(): what is part of a kernel's name, and what of a problem's size.
import { problemOf } from "../../exporters/problem.ts";
import { families, familyNamed } from "../../kernels/mod.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { assertEquals } from "../assert.ts";

Deno.test("problemOf() names head sizes and storage, and counts tokens, sequences and heads", () => {
  const family = familyNamed("mla_prefill");
  const config = initialConfig(family.space);
  const axes = { B: 2, T: 4096, H: 32, G: 8, K: 192, V: 128, C: 0 };
  assertEquals(problemOf(family, axes, config), {
    kernel: "mla_prefill_G8_K192_V128_C0_f16",
    size: [4096, 2, 32],
  });
});

Deno.test("problemOf() leaves a pool of pages out unless it was asked for", () => {
  const family = familyNamed("mla_decode");
  const kernel = (P: number) =>
    problemOf(family, { N: 1, H: 32, S: 8192, P }, initialConfig(family.space)).kernel;
  assertEquals([kernel(0), kernel(500)], ["mla_decode_f32", "mla_decode_P500_f32"]);
});

Deno.test("problemOf() tells apart any two calls whose axes or storage differ", () => {
  for (const family of families) {
    const axes = Object.fromEntries(
      Object.entries(family.axes).map(([name, { initial }]) => [name, initial]),
    );
    const configs = Object.entries(family.space.tunables).filter(([, t]) => t.storageOf).flatMap((
      [name, t],
    ) => t.values.map((value) => ({ ...initialConfig(family.space), [name]: value })));
    const calls = [
      ...Object.keys(axes).map((name) => problemOf(family, { ...axes, [name]: axes[name] + 1 }, configs[0])),
      ...configs.map((config) => problemOf(family, axes, config)),
    ].map(({ kernel, size }) => `${kernel} ${size}`);
    const initials = Object.values(family.space.tunables).filter((t) => t.storageOf).length;
    // The config with every initial value comes once for each storage choice there is.
    assertEquals(new Set(calls).size, calls.length - (initials - 1), family.name);
  }
});
