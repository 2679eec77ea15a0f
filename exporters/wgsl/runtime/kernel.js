// @ts-check
// A family of the bundle on one device: calls are planned once a shape, and bound once for each set of buffers.
import { candidatesOf, chooseFor, completeAxes, RUNGS } from "./choose.js";
import { Pipelines } from "./pipelines.js";
import { stepsOf } from "./steps.js";

const UNIFORM = 0x40 | 0x08; // UNIFORM | COPY_DST
const STORAGE = 0x80 | 0x08 | 0x04; // STORAGE | COPY_DST | COPY_SRC
const MOST_REMEMBERED = 256;

/** A shape's variant and dispatches, and the bind groups of the buffers it was called with. */
/** @typedef {{ variant: any, rung: number, bytes: Record<string, number>, steps: any[], bindings: any[] }} Call */

export class Kernel {
  #device;
  #own;
  #source;
  #candidates;
  #pipelines;
  /** @type {Map<string, Call>} */
  #calls = new Map();
  /** The call before, which engines repeat layer after layer. */
  #last = /** @type {{ axes: Record<string, number>, scale?: number, call: Call } | undefined} */ (undefined);
  /** @type {Map<string, GPUBuffer>} */
  #scratch = new Map();

  /**
   * @param {GPUDevice} device
   * @param {import("./device.js").Described} own
   * @param {import("./choose.js").Source} source
   * @param {{ storage?: Record<string, string>, variant?: string }} options
   */
  constructor(device, own, source, options) {
    this.#device = device;
    this.#own = own;
    this.#source = source;
    this.#candidates = candidatesOf(source, own, options);
    this.#pipelines = new Pipelines(device, own, source.code);
  }

  /** @param {Record<string, number>} axes */
  choose(axes) {
    const { variant, rung, bytes } = this.#call(axes);
    const { id, bucket, measured, tolerance } = variant;
    const buffers = Object.fromEntries(
      variant.buffers.map((
        /** @type {any} */ { name, dtype, role },
      ) => [name, { bytes: bytes[name], dtype, role }]),
    );
    return { id, rung: RUNGS[rung], bucket, measured, tolerance, buffers };
  }

  /** @param {Record<string, number>} axes */
  async prepare(axes) {
    const { variant } = this.#call(axes);
    await Promise.all(variant.passes.map((/** @type {any} */ pass) => this.#pipelines.prepare(pass)));
    return this.choose(axes);
  }

  /**
   * @param {GPUComputePassEncoder} pass
   * @param {Record<string, GPUBuffer | GPUBufferBinding>} tensors
   * @param {Record<string, number>} axes
   * @param {{ scale?: number }} options
   */
  encode(pass, tensors, axes, { scale } = {}) {
    for (const { pipeline, group, workgroups } of this.#dispatchesOf(this.#call(axes, scale), tensors)) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    }
  }

  /** Frees scratch and parameters; work that was submitted still runs. */
  destroy() {
    for (const buffer of this.#scratch.values()) buffer.destroy();
    for (const { steps } of this.#calls.values()) for (const { uniform } of steps) uniform?.destroy();
    this.#scratch.clear();
    this.#calls.clear();
    this.#last = undefined;
  }

  /**
   * The call of a shape, as remembered from an earlier one.
   * @param {Record<string, number>} axes
   * @param {number} [scale]
   * @returns {Call}
   */
  #call(axes, scale) {
    const last = this.#last;
    if (last && last.scale === scale && isSame(last.axes, axes)) return last.call;
    const all = completeAxes(this.#source, axes);
    const call = this.#callOf(all, scale);
    // What was read, by name: a copy of an object with getters would be empty, and like every other.
    const given = Object.keys(all).filter((name) => axes[name] !== undefined);
    this.#last = { axes: Object.fromEntries(given.map((name) => [name, all[name]])), scale, call };
    return call;
  }

  /**
   * @param {Record<string, number>} axes Every axis.
   * @param {number} [scale]
   * @returns {Call}
   */
  #callOf(axes, scale) {
    const key = `${Object.values(axes)},${scale}`;
    const known = this.#calls.get(key);
    if (known) return known;
    if (scale !== undefined && !Number.isFinite(scale)) {
      throw new RangeError(`The scale must be a finite number: it is ${scale}`);
    }
    const { variant, rung, bytes, names } = chooseFor(this.#source, this.#candidates, axes, this.#own);
    const call = { variant, rung, bytes, steps: stepsOf(variant, names, scale), bindings: [] };
    this.#calls.set(key, call);
    // The oldest is forgotten, not destroyed: it may be encoded and not yet submitted.
    if (this.#calls.size > MOST_REMEMBERED) this.#calls.delete(this.#calls.keys().next().value ?? "");
    return call;
  }

  /**
   * The part of a buffer that each of a variant's tensors takes.
   * @param {Call} call
   * @param {Record<string, GPUBuffer | GPUBufferBinding>} tensors
   */
  #bind({ variant, bytes }, tensors) {
    const bound = /** @type {Record<string, GPUBufferBinding>} */ ({});
    for (const { name, role } of variant.buffers) {
      const given = role === "scratch" ? this.#scratchOf(name, bytes[name]) : tensors[name];
      if (!given) {
        throw new TypeError(
          `Cannot run ${variant.id}: the buffer ${name} of ${bytes[name]} bytes is missing`,
        );
      }
      const { buffer, offset = 0, size = Infinity } = "buffer" in given ? given : { buffer: given };
      const there = Math.max(0, Math.min(size, buffer.size - offset));
      if (there < bytes[name]) {
        throw new RangeError(
          `Cannot run ${variant.id}: ${name} takes ${bytes[name]} bytes, the buffer has ${there}`,
        );
      }
      bound[name] = { buffer, offset, size: bytes[name] };
    }
    return bound;
  }

  /**
   * A call's dispatches, bound; as remembered from an earlier call with the same buffers.
   * @param {Call} call
   * @param {Record<string, GPUBuffer | GPUBufferBinding>} tensors
   * @returns {any[]}
   */
  #dispatchesOf(call, tensors) {
    const known = call.bindings.find(({ given }) => isGiven(given, tensors));
    if (known) return known.dispatches;
    const bound = this.#bind(call, tensors);
    const dispatches = call.steps.map((step) => {
      const { pipeline, layout } = this.#pipelines.get(step.pass);
      const buffers = step.pass.bindings.map((/** @type {any} */ { binding, buffer }) => ({
        binding,
        resource: bound[buffer],
      }));
      const entries = [{ binding: 0, resource: { buffer: this.#uniformOf(step) } }, ...buffers];
      return {
        pipeline,
        group: this.#device.createBindGroup({ layout, entries }),
        workgroups: step.workgroups,
      };
    });
    const given = Object.fromEntries(
      call.variant.buffers.filter((/** @type {any} */ { role }) => role !== "scratch").map((
        /** @type {any} */ { name },
      ) => [name, "buffer" in tensors[name] ? { ...tensors[name] } : tensors[name]]),
    );
    call.bindings.push({ given, dispatches });
    if (call.bindings.length > MOST_REMEMBERED) call.bindings.shift();
    return dispatches;
  }

  /** @param {any} step */
  #uniformOf(step) {
    if (!step.uniform) {
      step.uniform = this.#device.createBuffer({ size: step.words.byteLength, usage: UNIFORM });
      this.#device.queue.writeBuffer(step.uniform, 0, step.words);
    }
    return step.uniform;
  }

  /**
   * Scratch grows and is shared by all calls: dispatches of one queue run in order.
   * @param {string} name
   * @param {number} size
   */
  #scratchOf(name, size) {
    const known = this.#scratch.get(name);
    if (known && known.size >= size) return known;
    const grown = this.#device.createBuffer({ label: `${this.#source.name} ${name}`, size, usage: STORAGE });
    this.#scratch.set(name, grown);
    // The smaller one goes when what is encoded with it is done: nothing else may hold it.
    for (const call of this.#calls.values()) call.bindings.length = 0;
    return grown;
  }
}

/**
 * @param {Record<string, unknown>} a
 * @param {Record<string, unknown>} b
 */
function isSame(a, b) {
  let more = 0;
  for (const name in a) {
    if (a[name] !== b[name]) return false;
    more++;
  }
  for (const _ in b) more--;
  return more === 0;
}

/**
 * Whether tensors are those of an earlier call.
 * @param {Record<string, any>} given
 * @param {Record<string, any>} tensors
 */
function isGiven(given, tensors) {
  for (const name in given) {
    const [was, is] = [given[name], tensors[name]];
    if (was === is) continue;
    if (!is || !("buffer" in was) || !isSame(was, is)) return false;
  }
  return true;
}
