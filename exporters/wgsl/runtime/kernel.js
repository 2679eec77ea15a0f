// @ts-check
// A family of the bundle on one device: which variant serves a shape, what it needs, and its dispatches.
import { refusal, rungOf } from "./device.js";
import { evaluate, extend, rounds } from "./formula.js";

const RUNGS = ["adapter", "architecture", "vendor", "portable"];
const BYTES = /** @type {Record<string, number>} */ ({ f16: 2 });
const UNIFORM = 0x40 | 0x08; // UNIFORM | COPY_DST
const STORAGE = 0x80 | 0x08 | 0x04; // STORAGE | COPY_DST | COPY_SRC
const MOST_REMEMBERED = 256;

export class Kernel {
  #device;
  #own;
  #family;
  #code;
  #name;
  #pipelines = new Map();
  /** @type {Map<string, any>} */
  #calls = new Map();
  /** @type {Map<string, GPUBuffer>} */
  #scratch = new Map();

  /**
   * @param {GPUDevice} device
   * @param {import("./device.js").Described} own
   * @param {{ name: string, devices: any[], family: any, code: Record<string, string> }} data
   * @param {{ storage?: Record<string, string>, variant?: string }} options
   */
  constructor(device, own, { name, devices, family, code }, { storage = {}, variant: pinned }) {
    this.#device = device;
    this.#own = own;
    this.#family = family;
    this.#code = code;
    this.#name = name;
    for (const key in storage) {
      if (family.storage[key]?.includes(storage[key])) continue;
      const known = Object.entries(family.storage).map(([name, values]) => `${name} ${values.join(" or ")}`);
      throw new RangeError(
        `No ${name} of ${key} ${storage[key]} is in this bundle: it has ${known.join(", ")}`,
      );
    }
    const wanted = { ...firstOf(family.storage), ...storage };
    const all = family.variants.filter((/** @type {any} */ v) => pinned === undefined || v.id === pinned);
    if (all.length === 0) throw new RangeError(`No variant ${pinned} is in this bundle`);
    const engine = own.naga ? "builtin" : "dawn";
    /** @type {{ variant: any, rung: number, likeness: number }[]} */
    this.candidates = [];
    let why = `no variant has ${JSON.stringify(wanted)}`;
    for (const variant of all) {
      if (Object.keys(wanted).some((key) => variant.storage[key] !== wanted[key])) continue;
      const known = devices[variant.device];
      const rung = known ? rungOf(known, own) ?? (pinned === undefined ? undefined : 2) : 3;
      const refused = rung === undefined ? "it was tuned for another vendor" : refusal(variant, own);
      if (refused || rung === undefined) why = `${variant.id}: ${refused}`;
      else this.candidates.push({ variant, rung, likeness: +(known?.backend === engine) });
    }
    if (this.candidates.length === 0) throw new RangeError(`Cannot run ${name} on this device: ${why}`);
  }

  /** @param {Record<string, number>} axes */
  choose(axes) {
    const { variant, rung, bytes } = this.#call(axes);
    const { id, bucket, measured } = variant;
    return { id, rung: RUNGS[rung], bucket, measured, buffers: this.#buffers(variant, bytes) };
  }

  /** @param {Record<string, number>} axes */
  async prepare(axes) {
    const { variant } = this.#call(axes);
    await Promise.all(variant.passes.map(async (/** @type {any} */ pass) => {
      const { layout, descriptor } = this.#describePipeline(pass);
      const pipeline = await this.#device.createComputePipelineAsync(descriptor);
      this.#pipelines.set(pass.file, { pipeline, layout });
    }));
    return this.choose(axes);
  }

  /**
   * @param {GPUComputePassEncoder} pass
   * @param {Record<string, GPUBuffer | GPUBufferBinding>} tensors
   * @param {Record<string, number>} axes
   * @param {{ scale?: number }} options
   */
  encode(pass, tensors, axes, { scale } = {}) {
    const call = this.#call(axes, scale);
    const { variant, bytes } = call;
    /** @type {Record<string, GPUBufferBinding>} */
    const bound = {};
    for (const { name, role } of variant.buffers) {
      const given = role === "scratch" ? this.#scratchOf(name, bytes[name]) : tensors[name];
      if (!given) {
        throw new TypeError(
          `Cannot run ${variant.id}: the buffer ${name} of ${bytes[name]} bytes is missing`,
        );
      }
      const { buffer, offset = 0, size = buffer.size - offset } = "buffer" in given
        ? given
        : { buffer: given };
      if (size < bytes[name]) {
        throw new RangeError(
          `Cannot run ${variant.id}: ${name} takes ${bytes[name]} bytes, the buffer has ${size}`,
        );
      }
      bound[name] = { buffer, offset, size: bytes[name] };
    }
    call.groups ??= [];
    const same = call.groups.find((/** @type {any} */ known) =>
      Object.keys(bound).every((key) =>
        known.bound[key].buffer === bound[key].buffer && known.bound[key].offset === bound[key].offset
      )
    );
    const { groups } = same ?? remember(call.groups, { bound, groups: this.#bindGroups(call, bound) });
    call.steps.forEach((/** @type {any} */ { pass: { file }, workgroups }, /** @type {number} */ i) => {
      pass.setPipeline(this.#pipelines.get(file).pipeline);
      pass.setBindGroup(0, groups[i]);
      pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    });
  }

  /** Frees scratch and parameters; work that was submitted still runs. */
  destroy() {
    for (const buffer of this.#scratch.values()) buffer.destroy();
    for (const { steps } of this.#calls.values()) for (const { uniform } of steps) uniform?.destroy();
    this.#scratch.clear();
    this.#calls.clear();
  }

  /**
   * The variant that serves a shape and its dispatches with their parameters, as remembered from an earlier call.
   * @param {Record<string, number>} axes
   * @param {number} [scale]
   */
  #call(axes, scale) {
    const key = Object.keys(this.#family.axes).map((name) => axes[name]).join() + `,${scale}`;
    const known = this.#calls.get(key);
    if (known) return known;
    const call = this.#plan(this.#complete(axes), scale);
    this.#calls.set(key, call);
    // The oldest is forgotten, not destroyed: it may be encoded and not yet submitted.
    if (this.#calls.size > MOST_REMEMBERED) this.#calls.delete(this.#calls.keys().next().value ?? "");
    return call;
  }

  /** @param {Record<string, number>} axes */
  #complete(axes) {
    const specs = this.#family.axes;
    for (const name in axes) {
      if (!(name in specs)) {
        throw new RangeError(`${this.#name} has no axis ${name}: it has ${Object.keys(specs)}`);
      }
    }
    const all = /** @type {Record<string, number>} */ ({});
    for (const name in specs) {
      const { doc, min, max } = specs[name];
      const size = axes[name] ?? (min === 0 ? 0 : undefined);
      if (!Number.isInteger(size) || size < min || size > max) {
        throw new RangeError(
          `Axis ${name} of ${this.#name} (${doc}) must be from ${min} to ${max}: it is ${size}`,
        );
      }
      all[name] = size;
    }
    return all;
  }

  /**
   * @param {Record<string, number>} axes
   * @param {number | undefined} scale
   */
  #plan(axes, scale) {
    let best;
    let why = "";
    for (const { variant, rung, likeness } of this.candidates) {
      const found = this.#fits(variant, axes);
      if (typeof found === "string") {
        why ||= found;
        continue;
      }
      const order = [rung, distance(variant, this.#family.classes, found.names), -likeness];
      if (!best || less(order, best.order)) best = { variant, rung, order, ...found };
    }
    if (!best) {
      throw new RangeError(
        `No variant of ${this.#name} in this bundle serves ${JSON.stringify(axes)}: ${why}`,
      );
    }
    const { variant, names } = best;
    const steps = rounds(variant.loops, names).flatMap((at) =>
      variant.passes.map((/** @type {any} */ pass) => ({
        pass,
        words: wordsOf(pass.params, at, scale),
        workgroups: pass.workgroups.map((/** @type {string} */ formula) => evaluate(formula, at)),
      }))
    );
    const tooMany = steps.find(({ workgroups }) => Math.max(...workgroups) > this.#own.maxGroups);
    if (tooMany) {
      throw new RangeError(
        `Cannot run ${variant.id} on ${JSON.stringify(axes)}: ${tooMany.workgroups} workgroups`,
      );
    }
    return { ...best, steps };
  }

  /**
   * The names of a variant's formulas and its buffers' bytes, or why it doesn't serve a shape.
   * @param {any} variant
   * @param {Record<string, number>} axes
   */
  #fits(variant, axes) {
    for (const name in variant.exact) {
      if (variant.exact[name] !== axes[name]) return `${variant.id} is for ${name}=${variant.exact[name]}`;
    }
    const { maxBinding, maxGroups } = this.#own;
    const names = extend(variant.lets, { ...axes, maxBinding, maxGroups });
    const broken = variant.holds.find((/** @type {string} */ formula) => !evaluate(formula, names));
    if (broken) return `${variant.id} holds where ${broken}`;
    const bytes = /** @type {Record<string, number>} */ ({});
    for (const { name, dtype, length } of variant.buffers) {
      bytes[name] = Math.max(4, Math.ceil(evaluate(length, names) * (BYTES[dtype] ?? 4) / 4) * 4);
      if (bytes[name] > maxBinding) {
        return `${name} takes ${
          bytes[name]
        } bytes, and one binding holds ${maxBinding}; work on fewer at a time`;
      }
    }
    return { names, bytes };
  }

  /**
   * @param {any} variant
   * @param {Record<string, number>} bytes
   */
  #buffers(variant, bytes) {
    return Object.fromEntries(
      variant.buffers.map((
        /** @type {any} */ { name, dtype, role },
      ) => [name, { bytes: bytes[name], dtype, role }]),
    );
  }

  /** @param {any} pass */
  #describePipeline({ file, label, entryPoint, bindings, features }) {
    let code = this.#code[file];
    if (features.includes("subgroups") && this.#own.naga) {
      code = code.replace(/^(enable subgroups|diagnostic\(off, subgroup_uniformity\));$/gm, "");
    }
    const device = this.#device;
    const storage = bindings.map((/** @type {any} */ { binding, access }) => ({
      binding,
      visibility: 4,
      buffer: { type: access === "read" ? "read-only-storage" : "storage" },
    }));
    const layout = device.createBindGroupLayout({
      entries: [{ binding: 0, visibility: 4, buffer: { type: "uniform" } }, ...storage],
    });
    const descriptor = {
      label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ label: file, code }), entryPoint },
    };
    return { layout, descriptor };
  }

  /**
   * @param {any} call
   * @param {Record<string, GPUBufferBinding>} bound
   */
  #bindGroups({ steps }, bound) {
    return steps.map((/** @type {any} */ step) => {
      const { file, bindings } = step.pass;
      if (!this.#pipelines.has(file)) {
        const { layout, descriptor } = this.#describePipeline(step.pass);
        this.#pipelines.set(file, { pipeline: this.#device.createComputePipeline(descriptor), layout });
      }
      if (!step.uniform) {
        step.uniform = this.#device.createBuffer({ size: step.words.byteLength, usage: UNIFORM });
        this.#device.queue.writeBuffer(step.uniform, 0, step.words);
      }
      return this.#device.createBindGroup({
        layout: this.#pipelines.get(file).layout,
        entries: [
          { binding: 0, resource: { buffer: step.uniform } },
          ...bindings.map((/** @type {any} */ { binding, buffer }) => ({ binding, resource: bound[buffer] })),
        ],
      });
    });
  }

  /**
   * Scratch grows and is shared by all calls: dispatches of one queue run in order.
   * @param {string} name
   * @param {number} size
   */
  #scratchOf(name, size) {
    const known = this.#scratch.get(name);
    if (known && known.size >= size) return known;
    const grown = this.#device.createBuffer({ label: `${this.#name} ${name}`, size, usage: STORAGE });
    this.#scratch.set(name, grown);
    return grown;
  }
}

/** @param {Record<string, any[]>} lists */
const firstOf = (lists) => Object.fromEntries(Object.entries(lists).map(([name, [first]]) => [name, first]));

/**
 * @param {any[]} list
 * @param {any} item
 */
function remember(list, item) {
  list.push(item);
  if (list.length > MOST_REMEMBERED) list.shift();
  return item;
}

/**
 * Steps of powers of two between a variant's bucket and a shape.
 * @param {any} variant
 * @param {Record<string, string>} classes
 * @param {Record<string, number>} names
 */
function distance(variant, classes, names) {
  let steps = 0;
  for (const name in variant.classes) {
    const size = Math.ceil(Math.log2(Math.max(1, evaluate(classes[name], names))));
    steps += Math.abs(size - Math.log2(Math.max(1, variant.classes[name])));
  }
  return steps;
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function less(a, b) {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && a[at] < b[at];
}

/**
 * A uniform block of u32 and f32 words, whole 16 bytes.
 * @param {any[]} params
 * @param {Record<string, number>} names
 * @param {number | undefined} scale
 */
function wordsOf(params, names, scale) {
  const view = new DataView(new ArrayBuffer(Math.max(16, Math.ceil(params.length / 4) * 16)));
  params.forEach(({ type, value, perScale }, i) => {
    if (type === "u32") view.setUint32(4 * i, evaluate(value, names), true);
    else view.setFloat32(4 * i, scale === undefined ? value : scale * perScale, true);
  });
  return view.buffer;
}
