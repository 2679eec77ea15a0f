// What a bundle's module encodes: dispatches and parameters of plan(), buffers bound once and again when they are others.
import type { Axes } from "../../../kernels/core/family.ts";
import { type Config, initialConfig } from "../../../kernels/core/space.ts";
import { familyNamed } from "../../../kernels/mod.ts";
import { capabilitiesOf } from "../../../profiles/capabilities.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { SAMPLE_DEVICE, sampleRequest } from "../sample_request.ts";
import { withWinner } from "../vary_request.ts";
import { fakeBuffer, fakePass } from "./fake_device.ts";
import { openKernel } from "./open_kernel.ts";

const DECODE = { N: 8, H: 32, K: 128, V: 128 };
const PREFILL = { B: 1, T: 100, H: 2, K: 128, V: 128 };
const prefill = () => openKernel(sampleRequest(["kda_prefill"]));

const SIZES: Readonly<Record<string, readonly Axes[]>> = {
  kda_prefill: [PREFILL, { ...PREFILL, T: 50_000 }],
  mla_decode: [{ N: 1, H: 32, S: 8192, P: 0 }, { N: 3, H: 32, S: 4096, P: 300 }],
};

for (const [name, sizes] of Object.entries(SIZES)) {
  Deno.test(`encode() dispatches what plan() plans, in its order, with its parameters: ${name}`, async () => {
    const { kernel, tensorsFor } = await openKernel(sampleRequest([name]));
    const family = familyNamed(name);
    for (const scale of [undefined, 0.25]) {
      for (const axes of sizes) {
        const config = initialConfig<Config>(family.space);
        const plan = family.plan(axes, config, capabilitiesOf(SAMPLE_DEVICE), { scale });
        const { pass, dispatches } = fakePass();
        kernel.encode(pass, tensorsFor(axes), axes, { scale });
        assertEquals(
          dispatches.map(({ workgroups }) => workgroups),
          plan.passes.map((p) => [...p.workgroups]),
        );
        plan.passes.forEach(({ params, code, buffers }, i) => {
          const { words, bound, ...dispatch } = dispatches[i];
          const given = params.map(({ type }, at) =>
            type === "u32" ? words.getUint32(4 * at, true) : words.getFloat32(4 * at, true)
          );
          const wanted = params.map(({ type, value }) => type === "u32" ? value : Math.fround(value));
          assertEquals(given, wanted, `${JSON.stringify(axes)}, pass ${i}`);
          assert(dispatch.code.endsWith(code));
          assertEquals(Object.keys(bound).length, buffers.length + 1);
          assertEquals(words.byteLength % 16, 0);
        });
      }
    }
  });
}

Deno.test("encode() takes parts of buffers, and says which buffer is missing or too small", async () => {
  const { kernel, tensorsFor } = await openKernel(sampleRequest(["kda_decode"]));
  const { pass, dispatches } = fakePass();
  const { o, ...rest } = tensorsFor(DECODE);
  const bytes = o.size;
  const run = (o?: unknown) => kernel.encode(pass, { ...rest, o } as Record<string, GPUBuffer>, DECODE);
  assertThrows(() => run(), TypeError, `the buffer o of ${bytes} bytes is missing`);
  assertThrows(
    () => run(fakeBuffer(bytes - 4)),
    RangeError,
    `o takes ${bytes} bytes, the buffer has ${bytes - 4}`,
  );
  const large = fakeBuffer(bytes + 256);
  assertThrows(() => run({ buffer: large, offset: 512 }), RangeError, `the buffer has ${bytes - 256}`);
  assertThrows(() => run({ buffer: large, size: 256 }), RangeError, "the buffer has 256");
  assertThrows(() => run({ buffer: fakeBuffer(256), size: bytes }), RangeError, "the buffer has 256");
  assertThrows(() => run({ buffer: fakeBuffer(256), offset: 512 }), RangeError, "the buffer has 0");
  assertEquals(dispatches.length, 0);
  for (const offset of [256, 0, undefined]) run({ buffer: large, offset });
  const parts = dispatches.map(({ bound }) =>
    Object.values(bound).find(({ buffer }) => buffer as unknown === large)!
  );
  assertEquals(parts.map(({ offset, size }) => [offset, size]), [[256, bytes], [0, bytes], [0, bytes]]);
});

Deno.test("encode() binds a set of buffers once, and again when a tensor was replaced", async () => {
  const { kernel, tensorsFor, groupsMade } = await openKernel(sampleRequest(["kda_decode"]));
  const tensors = tensorsFor(DECODE);
  const { pass, dispatches } = fakePass();
  const each = (given: Record<string, GPUBuffer>) => (kernel.encode(pass, given, DECODE), groupsMade());
  assertEquals([each(tensors), each(tensors), each({ ...tensors })], [1, 1, 1]);
  const other = fakeBuffer(tensors.q.size);
  assertEquals([each({ ...tensors, q: other }), each(tensors), each({ ...tensors, q: other })], [2, 2, 2]);
  const used = dispatches.map(({ bound }) =>
    Object.values(bound).some(({ buffer }) => buffer as unknown === other)
  );
  assertEquals(used, [false, false, false, true, false, true]);
});

Deno.test("encode() lets scratch grow between calls of one pass", async () => {
  const { kernel, tensorsFor, buffers, groupsMade } = await prefill();
  const { pass, dispatches } = fakePass();
  const [small, large] = [PREFILL, { ...PREFILL, T: 1000 }];
  const [smalls, larges] = [tensorsFor(small), tensorsFor(large)];
  const scratch = () => buffers.filter(({ label }) => label?.startsWith("kda_prefill"));
  kernel.encode(pass, smalls, small);
  const [first, before] = [scratch(), dispatches.length];
  kernel.encode(pass, larges, large);
  assertEquals(scratch().length, 2 * first.length);
  assert(scratch().every(({ destroyed }) => !destroyed), "the first call is not submitted yet");
  const holds = ({ bound }: typeof dispatches[0], list: typeof first) =>
    Object.values(bound).some(({ buffer }) => list.includes(buffer));
  assert(dispatches.slice(0, before).every((d) => holds(d, first)));
  assert(dispatches.slice(before).every((d) => !holds(d, first)));
  const made = groupsMade();
  kernel.encode(pass, smalls, small);
  assertEquals(scratch().length, 2 * first.length);
  assert(
    groupsMade() > made && !holds(dispatches.at(-1)!, first),
    "bind groups of the smaller scratch are gone",
  );
  // Two shapes in one pass have parameters of their own.
  const uniforms = dispatches.map(({ bound }) => bound[0].buffer);
  assertEquals(new Set(uniforms).size, 2 * before);
});

/** Sizes that stand in no property of their own: a copy of one is empty. */
class Shape {
  #tokens: number;
  constructor(tokens: number) {
    this.#tokens = tokens;
  }
  get B() {
    return 1;
  }
  get T() {
    return this.#tokens;
  }
  get H() {
    return 2;
  }
  get K() {
    return 128;
  }
  get V() {
    return 128;
  }
}

Deno.test("encode() takes sizes as they are now: changed in place, from getters, inherited", async () => {
  const { kernel, tensorsFor } = await prefill();
  const tensors = tensorsFor({ ...PREFILL, T: 1000 });
  const run = (axes: typeof PREFILL) => {
    const { pass, dispatches } = fakePass();
    kernel.encode(pass, tensors, axes);
    return dispatches.map(({ workgroups, words }) => [workgroups, [...new Uint8Array(words.buffer)]]);
  };
  const [short, long] = [100, 1000].map((T) => run({ ...PREFILL, T }));
  assert(JSON.stringify(short) !== JSON.stringify(long));
  const changing = { ...PREFILL };
  assertEquals(run(changing), short);
  changing.T = 1000;
  assertEquals(run(changing), long);
  for (const make of [(T: number) => new Shape(T), (T: number) => Object.create({ ...PREFILL, T })]) {
    assertEquals([100, 1000, 100].map((T) => run(make(T))), [short, long, short]);
  }
});

Deno.test("encode() takes a scale, each with parameters of its own", async () => {
  const { kernel, tensorsFor } = await openKernel(sampleRequest(["kda_decode"]));
  const { pass, dispatches } = fakePass();
  const tensors = tensorsFor(DECODE);
  for (const scale of [undefined, 1, 0.5, undefined]) kernel.encode(pass, tensors, DECODE, { scale });
  const floats = dispatches.map(({ words }) => [0, 4, 8, 12].map((at) => words.getFloat32(at, true)));
  const at = floats[1].indexOf(1);
  assertEquals(floats.map((words) => words[at]), [
    Math.fround(128 ** -0.5),
    1,
    0.5,
    Math.fround(128 ** -0.5),
  ]);
  assertThrows(
    () => kernel.encode(pass, tensors, DECODE, { scale: NaN }),
    RangeError,
    "must be a finite number: it is NaN",
  );
});

Deno.test("prepare() compiles every file of a variant once, encode() what was not prepared", async () => {
  const { kernel, tensorsFor, pipelines, family } = await prefill();
  const files = new Set(family.variants.at(-1)!.passes.map(({ file }) => file));
  const { id } = await kernel.prepare(PREFILL);
  assertEquals(id, kernel.choose(PREFILL).id);
  const compiled = [...pipelines];
  assertEquals(compiled.length, files.size);
  await kernel.prepare({ ...PREFILL, T: 200 });
  kernel.encode(fakePass().pass, tensorsFor(PREFILL), PREFILL);
  assertEquals(pipelines, compiled);
  const cold = await prefill();
  cold.kernel.encode(fakePass().pass, cold.tensorsFor(PREFILL), PREFILL);
  assertEquals(new Set(cold.pipelines), new Set(compiled));
});

Deno.test("encode() takes `enable subgroups;` out of texts for naga, and leaves it to others", async () => {
  const variant = "kda_decode:rowsPerThread=32;reduce=subgroup";
  const request = withWinner(sampleRequest(["kda_decode"]), { variant, axes: { ...DECODE, N: 1 } });
  for (const naga of [false, true]) {
    const { kernel, tensorsFor } = await openKernel(request, {}, { naga });
    const { pass, dispatches } = fakePass();
    const axes = { ...DECODE, N: 1 };
    assert(kernel.choose(axes).id.includes("reduce=subgroup"));
    kernel.encode(pass, tensorsFor(axes), axes);
    assertEquals(dispatches[0].code.includes("enable subgroups;"), !naga);
    assertEquals(/^diagnostic/m.test(dispatches[0].code), !naga);
  }
});

Deno.test("destroy() frees scratch and parameters, not the caller's; the kernel may be used again", async () => {
  const { kernel, tensorsFor, buffers } = await prefill();
  const tensors = tensorsFor(PREFILL);
  kernel.encode(fakePass().pass, tensors, PREFILL);
  kernel.encode(fakePass().pass, tensors, PREFILL, { scale: 2 });
  assert(buffers.length > 0 && buffers.every(({ destroyed }) => !destroyed));
  kernel.destroy();
  assertEquals(buffers.filter(({ destroyed }) => !destroyed), []);
  assert(Object.values(tensors).every((buffer) => !("destroyed" in buffer)));
  const { pass, dispatches } = fakePass();
  kernel.encode(pass, tensors, PREFILL);
  assert(dispatches.every(({ bound }) => Object.values(bound).every(({ buffer }) => !buffer.destroyed)));
});
