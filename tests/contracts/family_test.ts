// What every kernel family owes its users, whatever it computes. A new family in kernels/mod.ts is tested by being there.
import { isDeepStrictEqual } from "node:util";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import { completeAxes, formatAxes } from "../../kernels/core/axes.ts";
import type { AnyFamily, Axes, Plan, Tensor, Tensors, TensorSpec } from "../../kernels/core/family.ts";
import { canRun, DTYPE_BYTES, fit } from "../../kernels/core/fit.ts";
import { headsOf, joinHeads, oneHead } from "../../kernels/core/one_head.ts";
import { ORDINARY } from "../../kernels/core/regimes.ts";
import {
  type Config,
  type Constraint,
  FORMULATION,
  formulations,
  initialConfig,
} from "../../kernels/core/space.ts";
import { enumerateConfigs } from "../../kernels/core/walk_space.ts";
import { formatVariant, parseConfig, splitVariant } from "../../kernels/core/variant_id.ts";
import { families } from "../../kernels/mod.ts";
import { PORTABLE_DEVICE } from "../../cli/portable_device.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { LEAST_DEVICE, MATRIX_DEVICE } from "./devices.ts";
import { legalConfigs } from "./legal_configs.ts";
import { pairwise } from "./pairwise.ts";
import { shapesOf, verifySizes } from "./shapes.ts";

/** Variants a family must offer at its default size on PORTABLE_DEVICE; 50 where not named. */
const LEAST_VARIANTS: Readonly<Record<string, number>> = { kda_prefill: 200, gdn_prefill: 200 };

/** A sentence a reader gains from: some words. */
const isDoc = (text: string) => text.trim().length >= 4 && text === text.trim();

const covers = new Map<string, readonly { config: Config; plan: Plan }[]>();

/** Every pair of tunable values that fits a desktop GPU with matrix units, planned at one size. */
function coverPlans(family: AnyFamily, axes: Axes) {
  const key = `${family.name} ${formatAxes(axes)}`;
  const known = covers.get(key) ??
    pairwise(family.space, (config) => canRun(family, axes, config, MATRIX_DEVICE)).configs
      .map((config) => ({ config, plan: family.plan(axes, config, MATRIX_DEVICE) }));
  covers.set(key, known);
  return known;
}

/** Checks tensors against their declarations; letters that are no axis take the size they have first. */
function checkShapes(specs: Readonly<Record<string, TensorSpec>>, axes: Axes, tensors: Tensors) {
  const sizes: Record<string, number> = {};
  assertEquals(Object.keys(tensors).toSorted(), Object.keys(specs).toSorted());
  for (const [name, { shape, dtype }] of Object.entries(specs)) {
    const tensor = tensors[name];
    assertEquals(tensor.shape.length, shape.length, name);
    shape.forEach((axis, i) => {
      const wanted = typeof axis === "number" ? axis : (sizes[axis] ??= axes[axis] || tensor.shape[i]);
      assertEquals(tensor.shape[i], wanted, `${name}, axis ${axis}`);
    });
    assertEquals(tensor.data.length, tensor.shape.reduce((a, b) => a * b, 1), name);
    assertEquals(tensor.data instanceof Int32Array, dtype === "i32", `${name} is ${dtype}`);
    assert(tensor.data.every((x: number) => Number.isFinite(x)), `${name} is finite`);
  }
}

const withTensor = (tensors: Tensors, name: string, change: (tensor: Tensor) => Tensor): Tensors => ({
  ...tensors,
  [name]: change({ shape: tensors[name].shape, data: tensors[name].data.slice() }),
});

Deno.test("families have different names that ids and file names can hold", () => {
  const names = families.map((f) => f.name);
  assertEquals(new Set(names).size, names.length);
  for (const name of names) assert(/^[a-z][a-z0-9_]*$/.test(name), name);
});

for (const family of families) {
  const { name, space } = family;
  const defaults = completeAxes(family, {});
  const initial = initialConfig<Config>(space);
  const shapes = shapesOf(family);
  const sizes = shapes.flatMap((shape) => verifySizes(family, shape));
  const small = family.verifyAxes(shapes[0])[0];

  Deno.test(`${name}: the family, its axes and its tensors have words, and shapes are made of known letters`, () => {
    assert(isDoc(family.doc));
    for (const [letter, axis] of Object.entries(family.axes)) {
      assert(/^[A-Z]$/.test(letter), letter);
      assert(isDoc(axis.doc), letter);
      assert(axis.min <= axis.initial && axis.initial <= axis.max, letter);
      for (const size of axis.oneOf ?? []) assert(axis.min <= size && size <= axis.max, letter);
    }
    for (const [tensor, spec] of Object.entries({ ...family.inputs, ...family.outputs })) {
      assert(isDoc(spec.doc), tensor);
      for (const axis of spec.shape) assert(typeof axis === "number" || /^[A-Z]$/.test(axis), tensor);
    }
    const used = new Set(Object.values(family.inputs).flatMap((spec) => spec.shape));
    for (const spec of Object.values(family.outputs)) {
      for (const axis of spec.shape) {
        assert(typeof axis === "number" || used.has(axis), `${axis} of an output`);
      }
    }
  });

  Deno.test(`${name}: every tunable has words, numbers have units, storage types name input tensors`, () => {
    for (const [tunable, { doc, unit, values, initial, storageOf }] of Object.entries(space.tunables)) {
      assert(/^[a-z][A-Za-z0-9]*$/.test(tunable), tunable);
      assert(isDoc(doc), tunable);
      assert(values.length > 1 && new Set(values).size === values.length, `values of ${tunable}`);
      assert(values.every((v) => typeof v === typeof initial), `values of ${tunable} have one type`);
      if (typeof initial === "number") assert(unit && isDoc(unit), `${tunable} has a unit`);
      for (const tensor of storageOf ?? []) assert(tensor in family.inputs, `${tunable}: ${tensor}`);
    }
    for (const { reason } of space.constraints) assert(isDoc(reason));
  });

  Deno.test(`${name}: every value of every tunable is part of a legal config, and no constraint is idle`, () => {
    for (const [tunable, { values }] of Object.entries(space.tunables)) {
      for (const value of values) {
        assert(legalConfigs(space).some((c) => c[tunable] === value), `${tunable}=${value}`);
      }
    }
    const isAbout = (rule: Constraint, c: Config) =>
      rule.formulations?.includes(String(c[FORMULATION])) ?? true;
    for (const idle of space.constraints) {
      const others = { ...space, constraints: space.constraints.filter((c) => c !== idle) };
      assert(
        enumerateConfigs(others).some((c) => isAbout(idle, c) && !idle.holds(c)),
        `"${idle.reason}" forbids nothing by itself`,
      );
    }
  });

  Deno.test(`${name}: ids read back as the config they name`, () => {
    const all = legalConfigs(space);
    for (let i = 0; i < all.length; i += Math.ceil(all.length / 100)) {
      const id = formatVariant(name, all[i]);
      const { family: read, assignments } = splitVariant(id);
      assertEquals(read, name);
      assertEquals(parseConfig<Config>(name, space, assignments), all[i]);
    }
  });

  Deno.test(`${name}: the initial config fits what WebGPU promises, at the default size and at every verified one`, () => {
    for (const axes of [...shapes, ...sizes]) fit(family.plan(axes, initial, LEAST_DEVICE), LEAST_DEVICE);
  });

  Deno.test(`${name}: the initial config of every formulation fits a GPU with matrix units`, () => {
    for (const formulation of formulations(space)) {
      const config = initialConfig<Config>(space, formulation);
      for (const axes of [defaults, ...family.verifyAxes(defaults)]) {
        fit(family.plan(axes, config, MATRIX_DEVICE), MATRIX_DEVICE);
      }
    }
  });

  const least = LEAST_VARIANTS[name] ?? 50;
  Deno.test(`${name}: at least ${least} variants fit common GPUs, with f16, in 32 KiB of workgroup memory`, () => {
    const all = legalConfigs(space);
    const step = 17; // neighbours tend to be refused together
    let fitting = 0;
    for (let first = 0; first < step && fitting < least; first++) {
      for (let i = first; i < all.length && fitting < least; i += step) {
        if (canRun(family, defaults, all[i], PORTABLE_DEVICE)) fitting++;
      }
    }
    assertEquals(fitting, least);
  });

  Deno.test(`${name}: a plan binds declared buffers, fills what it reads and writes every output once`, () => {
    // At the default size on the least device, work is split as far as it gets.
    const split = { config: initial, plan: family.plan(defaults, initial, LEAST_DEVICE) };
    for (const { config, plan } of [...coverPlans(family, small), split]) {
      const id = formatVariant(name, config);
      assertEquals(plan.id, id);
      const buffers = new Map(plan.buffers.map((b) => [b.name, b]));
      assertEquals(buffers.size, plan.buffers.length, id);
      for (const b of plan.buffers) {
        assert(Number.isInteger(b.length) && b.length > 0, `${id}: ${b.name}`);
        assertEquals(b.from !== undefined, b.role === "input" || b.role === "state", `${id}: ${b.name}`);
        assertEquals(b.to !== undefined, b.role === "output" || b.role === "state", `${id}: ${b.name}`);
        if (b.from !== undefined) assert(b.from in family.inputs, `${id}: ${b.from}`);
        if (b.to !== undefined) assert(b.to in family.outputs, `${id}: ${b.to}`);
      }
      for (const output of Object.keys(family.outputs)) {
        const held = plan.buffers.filter((b) => b.to === output);
        assert(held.length > 0, `${id}: ${output}`);
        const elements = held.reduce((sum, b) => sum + b.length, 0);
        for (const { part } of held) assertEquals(part?.of ?? held[0].length, elements, `${id}: ${output}`);
      }
      const filled = new Set(plan.buffers.filter((b) => b.from !== undefined).map((b) => b.name));
      const read = new Set<string>();
      const written = new Set<string>();
      for (const pass of plan.passes) {
        for (const { name: buffer, access, range } of pass.buffers) {
          assert(buffers.has(buffer), `${id}: pass ${pass.label} binds ${buffer}`);
          if (range) {
            const { dtype, length } = buffers.get(buffer)!;
            assert(range.offset >= 0 && range.length > 0 && range.offset + range.length <= length, id);
            assertEquals(range.offset * DTYPE_BYTES[dtype] % 256, 0, `${id}: offset in ${buffer}`);
          }
          if (access === "read") {
            assert(filled.has(buffer), `${id}: pass ${pass.label} reads ${buffer} before it is written`);
            read.add(buffer);
          } else {
            assert(buffers.get(buffer)!.role !== "input", `${id}: pass ${pass.label} writes ${buffer}`);
            written.add(buffer);
          }
        }
        for (const { access, name } of pass.buffers) if (access === "read_write") filled.add(name);
        for (const count of pass.workgroups) {
          assert(Number.isInteger(count) && count > 0, `${id} ${pass.label}`);
        }
        for (const { type, value } of pass.params) {
          assert(type === "f32" ? Number.isFinite(value) : value >>> 0 === value, `${id} ${pass.label}`);
        }
      }
      for (const { name: buffer, role } of plan.buffers) {
        assert(role === "input" ? read.has(buffer) : written.has(buffer), `${id}: ${buffer} has no use`);
      }
    }
  });

  Deno.test(`${name}: 1e-5 is allowed, and 2e-3 only where something is held in f16`, () => {
    for (const { plan } of coverPlans(family, small)) {
      const half = plan.buffers.some((b) => b.dtype === "f16") ||
        plan.passes.some((pass) => pass.features.includes("shader-f16"));
      assert(plan.tolerance === 1e-5 || (half && plan.tolerance === 2e-3), plan.id);
    }
  });

  Deno.test(`${name}: a caller's scale reaches the shader`, () => {
    const values = (plan: Plan) => plan.passes.flatMap((p) => p.params.map((param) => param.value));
    for (const formulation of formulations(space)) {
      const config = initialConfig<Config>(space, formulation);
      const [axes] = family.verifyAxes(defaults);
      const at = (scale?: number) => values(family.plan(axes, config, MATRIX_DEVICE, { scale }));
      const [usual, halved, whole] = [at(), at(0.5), at(1)];
      assert(usual.some((value, i) => value !== halved[i]), `${formulation}`);
      assert(whole.some((value, i) => Math.abs(value / halved[i] - 2) < 1e-12), `${formulation}`);
    }
  });

  Deno.test(`${name}: sizes read off the text are what wgsl_reflect finds: workgroup memory, threads, bindings`, () => {
    const seen = new Set<string>();
    for (const axes of shapes.map((shape) => family.verifyAxes(shape)[0])) {
      for (const { plan } of coverPlans(family, axes)) {
        for (const pass of plan.passes) {
          if (seen.has(pass.code)) continue;
          seen.add(pass.code);
          const where = `${plan.id} ${formatAxes(axes)} ${pass.label}`;
          const found = reflect(pass.code);
          assertEquals(pass.workgroupBytes, found.workgroupBytes, where);
          assertEquals([...pass.workgroupSize], found.workgroupSize, where);
          assertEquals(
            found.bindings,
            ["uniform", ...pass.buffers.map((b) => b.access)].map((kind, i) => `${i} ${kind}`),
            where,
          );
          assertEquals(pass.params.length * 4, found.uniformBytes, where);
        }
      }
    }
  });

  Deno.test(`${name}: verifyAxes() keeps the shape, stays in range and has a ragged case`, () => {
    for (const shape of shapes) {
      const cases = family.verifyAxes(shape);
      for (const axes of cases) {
        assertEquals(completeAxes(family, axes), { ...axes } as Record<string, number>);
        for (const [letter, { oneOf }] of Object.entries(family.axes)) {
          if (oneOf) assertEquals(axes[letter], shape[letter]);
        }
      }
      const ragged = cases.some((axes) =>
        Object.entries(axes).some(([letter, size]) =>
          !family.axes[letter].oneOf && size > 1 && size % 8 !== 0
        )
      );
      assert(ragged, "an axis of some case is a multiple of no tile");
    }
  });

  Deno.test(`${name}: inputsFor() and reference() have the declared shapes, at every verified size`, () => {
    for (const axes of sizes) {
      const inputs = family.inputsFor(axes, 1);
      checkShapes(family.inputs, axes, inputs);
      checkShapes(family.outputs, axes, family.reference(axes, inputs));
      family.checkInputs(axes, inputs);
      for (const [tensor, indices] of Object.entries(family.indicesFor?.(axes, 1) ?? {})) {
        assertEquals(indices.shape, inputs[tensor].shape, `indicesFor() gives ${tensor} as inputsFor() does`);
        assert(indices.data instanceof Int32Array);
      }
    }
  });

  Deno.test(`${name}: axesOf() reads sizes that inputsFor() gives the same shapes for`, () => {
    for (const axes of sizes) {
      const inputs = family.inputsFor(axes, 1);
      const read = family.axesOf(inputs);
      assertEquals(Object.keys(read), Object.keys(family.axes));
      const again = family.inputsFor(read, 1);
      for (const tensor of Object.keys(inputs)) {
        assertEquals(again[tensor].shape, inputs[tensor].shape, tensor);
      }
      assertEquals(family.axesOf(again), read);
    }
  });

  Deno.test(`${name}: inputsFor() repeats with its seed and differs with another`, () => {
    assertEquals(family.inputsFor(small, 7), family.inputsFor(small, 7));
    const [tensor] = Object.keys(family.inputs);
    const first = family.inputsFor(small, 7)[tensor].data;
    assert(family.inputsFor(small, 8)[tensor].data.some((x: number, i: number) => x !== first[i]));
  });

  Deno.test(`${name}: every regime has words and makes inputs of its own, legal and of the declared shapes`, () => {
    const ordinary = family.inputsFor(small, 5);
    assertEquals(family.inputsFor(small, 5, ORDINARY), ordinary);
    for (const [regime, doc] of Object.entries(family.regimes ?? {})) {
      assert(/^[a-z]+$/.test(regime) && regime !== ORDINARY && isDoc(doc), regime);
      for (const axes of sizes) {
        const inputs = family.inputsFor(axes, 5, regime);
        checkShapes(family.inputs, axes, inputs);
        family.checkInputs(axes, inputs);
      }
      const inputs = family.inputsFor(small, 5, regime);
      assertEquals(family.inputsFor(small, 5, regime), inputs);
      assert(!isDeepStrictEqual(inputs, ordinary), `${regime} differs from the ordinary inputs`);
    }
    assertThrows(() => family.inputsFor(small, 5, "none"), RangeError, 'Unknown inputs "none"');
  });

  Deno.test(`${name}: no head needs another: references of one head each make up the whole`, () => {
    for (const axes of sizes) {
      const inputs = family.inputsFor(axes, 6);
      const heads = Array.from({ length: headsOf(axes) }, (_, head) => {
        const alone = oneHead(family, axes, inputs, head);
        assertEquals(family.axesOf(alone.inputs), family.axesOf(family.inputsFor(alone.axes, 6)));
        return family.reference(alone.axes, alone.inputs);
      });
      assertEquals(joinHeads(family, heads), family.reference(axes, inputs));
    }
  });

  Deno.test(`${name}: reference() leaves its inputs alone, follows the scale and takes absent tensors for zeros`, () => {
    const inputs = family.inputsFor(small, 3);
    const usual = family.reference(small, inputs);
    assertEquals(inputs, family.inputsFor(small, 3));
    const scaled = family.reference(small, inputs, { scale: 0.5 });
    assert(
      Object.keys(usual).some((o) => usual[o].data.some((x: number, i: number) => x !== scaled[o].data[i])),
    );
    for (const [tensor, { optional }] of Object.entries(family.inputs)) {
      if (!optional) continue;
      const { [tensor]: _, ...absent } = inputs;
      const zeros = withTensor(inputs, tensor, ({ shape, data }) => ({ shape, data: data.fill(0) }));
      assertEquals(family.reference(small, absent), family.reference(small, zeros), tensor);
      assertEquals(family.axesOf(absent), family.axesOf(inputs));
    }
  });

  Deno.test(`${name}: axesOf() names the tensor that is missing or has another rank or size`, () => {
    const inputs = family.inputsFor(small, 1);
    for (const [tensor, { shape, optional }] of Object.entries(family.inputs)) {
      const { [tensor]: _, ...absent } = inputs;
      if (!optional) assertThrows(() => family.axesOf(absent), TypeError, `Missing tensor "${tensor}"`);
      const flat = withTensor(inputs, tensor, ({ data }) => ({ shape: [data.length, 1, 1, 1, 1], data }));
      assertThrows(() => family.axesOf(flat), TypeError, tensor);
      shape.forEach((axis, i) => {
        const shared = typeof axis === "number" ||
          Object.entries(family.inputs).some(([other, spec]) =>
            other !== tensor && spec.shape.includes(axis)
          );
        if (!shared) return;
        const wider = withTensor(inputs, tensor, (t) => ({ ...t, shape: t.shape.with(i, t.shape[i] + 1) }));
        assertThrows(() => family.axesOf(wider), TypeError, tensor);
      });
    }
  });

  Deno.test(`${name}: checkInputs() refuses growing gates and indices out of range, naming the tensor`, () => {
    const inputs = family.inputsFor(small, 2);
    const broken = (tensor: string, value: number) =>
      withTensor(inputs, tensor, ({ shape, data }) => {
        data[0] = value;
        return { shape, data };
      });
    if ("g" in family.inputs) {
      for (const value of [1e-6, 1, Infinity]) {
        assertThrows(() => family.checkInputs(small, broken("g", value)), RangeError, "Tensor g");
      }
    }
    for (const [tensor, { dtype }] of Object.entries(family.inputs)) {
      if (dtype !== "i32") continue;
      for (const value of [-1, 2 ** 31 - 1]) {
        assertThrows(() => family.checkInputs(small, broken(tensor, value)), RangeError, `Tensor ${tensor}`);
      }
    }
  });

  Deno.test(`${name}: work() is positive, grows with each size and counts at least the storage of the outputs`, () => {
    const { flops, bytes } = family.work(small, initial);
    assert(Number.isSafeInteger(flops) && Number.isSafeInteger(bytes) && flops > 0);
    const written = family.reference(small, family.inputsFor(small, 1));
    assert(bytes > 4 * Object.values(written).reduce((sum, { data }) => sum + data.length, 0));
    for (const [letter, { oneOf, initial: size, max, sharedBy }] of Object.entries(family.axes)) {
      if (oneOf || 2 * size > max || size === 0) continue;
      const doubled = family.work({ ...defaults, [letter]: 2 * size }, initial);
      const usual = family.work(defaults, initial);
      // What heads share is more to read where it is more, and no more to compute.
      assert(sharedBy ? doubled.flops === usual.flops : doubled.flops > usual.flops, letter);
      assert(doubled.bytes > usual.bytes, letter);
    }
  });
}

/** What wgsl_reflect tells of a binding; its module comes without types. */
interface Variable {
  readonly name: string;
  readonly group: number;
  readonly binding: number;
  readonly size: number;
  readonly access: string;
}

/** wgsl_reflect on a text's declarations: it parses not all statements, and it sizes storage but not workgroup memory. */
function reflect(code: string) {
  let bindings = 0;
  const declarations = withoutBodies(code)
    .replaceAll("var<workgroup>", () => `@group(1) @binding(${bindings++}) var<storage, read_write>`);
  const reflection = new WgslReflect(declarations);
  const uniforms: Variable[] = reflection.uniforms;
  const storage: Variable[] = reflection.storage;
  const own = [...uniforms, ...storage].filter((v) => v.group === 0).sort((a, b) => a.binding - b.binding);
  const workgroup = storage.filter((v) => v.group === 1);
  for (const { name, size } of workgroup) assert(size > 0, `wgsl_reflect sizes ${name}`);
  return {
    workgroupBytes: workgroup.reduce((sum, { size }) => sum + Math.ceil(size / 16) * 16, 0),
    workgroupSize: reflection.entry.compute[0].workgroupSize,
    bindings: own.map((v) => `${v.binding} ${uniforms.includes(v) ? "uniform" : v.access}`),
    uniformBytes: uniforms[0].size,
  };
}

/**
 * Empties the braces of the entry point; structs keep theirs. Leaves out other functions, directives and matrix types: no
 * size hangs on them. wgsl_reflect takes `block`, a word of an older WGSL, for a keyword.
 */
function withoutBodies(code: string): string {
  code = code.replace(/\/\/.*$/gm, "").replace(/^(enable|diagnostic)\b.*;$/gm, "")
    .replace(/^alias .*\bsubgroup_matrix_.*$/gm, "").replace(/\bblock\b/g, "block_");
  let text = "";
  let depth = 0;
  let inFunction = false;
  for (const token of code.split(/([{};])/)) {
    if (token === "{" && depth++ === 0) text += token;
    else if (token === "}" && --depth === 0) text += token;
    else if (depth === 0 || !inFunction) {
      if (depth === 0) inFunction = /\bfn\b/.test(token);
      text += token;
    }
  }
  return text.replace(/^fn (?!main\b)[^{]*\{\}/gm, "");
}
