// @ts-check
// Which variants of a family a device can run, and which of them serves a shape.
import { refusal, rungOf } from "./device.js";
import { evaluate, extend } from "./formula.js";

const BYTES = /** @type {Record<string, number>} */ ({ f16: 2 });
const PORTABLE = 3;
const PINNED = 4;
export const RUNGS = ["adapter", "architecture", "vendor", "portable", "other"];

/** @typedef {{ name: string, devices: any[], family: any, code: Record<string, string> }} Source */
/** @typedef {{ variant: any, rung: number, likeness: number }} Candidate */

/**
 * The variants that can run on a device. Throws RangeError where there is none.
 * @param {Source} source
 * @param {import("./device.js").Described} own
 * @param {{ storage?: Record<string, string>, variant?: string }} options
 * @returns {Candidate[]}
 */
export function candidatesOf({ name, devices, family }, own, { storage = {}, variant: pinned }) {
  checkStorage(name, family.storage, storage);
  const all = family.variants.filter((/** @type {any} */ v) => pinned === undefined || v.id === pinned);
  if (all.length === 0) throw new RangeError(`No variant ${pinned} is in this bundle`);
  const wanted = { ...firstOf(family.storage), ...(pinned === undefined ? {} : all[0].storage), ...storage };
  const found = [];
  let why = `no variant has ${JSON.stringify(wanted)}`;
  for (const variant of all) {
    if (Object.keys(wanted).some((key) => variant.storage[key] !== wanted[key])) continue;
    const known = devices[variant.device];
    const near = known ? rungOf(known, own) : PORTABLE;
    const rung = near ?? (pinned === undefined ? undefined : PINNED);
    const refused = rung === undefined ? "it was tuned for another vendor" : refusal(variant, own);
    if (refused || rung === undefined) why = `${variant.id}: ${refused}`;
    else found.push({ variant, rung, likeness: +((known?.backend === "builtin") === own.naga) });
  }
  if (found.length === 0) throw new RangeError(`Cannot run ${name} on this device: ${why}`);
  return found;
}

/**
 * @param {string} name
 * @param {Record<string, any[]>} there
 * @param {Record<string, string>} storage
 */
function checkStorage(name, there, storage) {
  for (const key in storage) {
    if (there[key]?.includes(storage[key])) continue;
    const known = Object.entries(there).map(([key, values]) => `${key} ${values.join(" or ")}`);
    throw new RangeError(
      `No ${name} of ${key} ${storage[key]} is in this bundle: it has ${known.join(", ") || "no choice"}`,
    );
  }
}

/** @param {Record<string, any[]>} lists */
const firstOf = (lists) => Object.fromEntries(Object.entries(lists).map(([name, [first]]) => [name, first]));

/**
 * Every axis of the family, those that may be 0 and were left out as 0. Throws RangeError for one unknown or out of range.
 * @param {Source} source
 * @param {Record<string, number>} axes
 */
export function completeAxes({ name: family, family: { axes: specs } }, axes) {
  for (const name in axes) {
    if (!Object.hasOwn(specs, name)) {
      throw new RangeError(`${family} has no axis ${name}: it has ${Object.keys(specs).join(", ")}`);
    }
  }
  const all = /** @type {Record<string, number>} */ ({});
  for (const name in specs) {
    const { doc, min, max } = specs[name];
    const size = axes[name] ?? (min === 0 ? 0 : undefined);
    if (!Number.isInteger(size) || size < min || size > max) {
      throw new RangeError(
        `Axis ${name} of ${family} (${doc}) must be a whole number from ${min} to ${max}: it is ${size}`,
      );
    }
    all[name] = size;
  }
  return all;
}

/**
 * Of the candidates that serve a shape the nearest: by device, then by workload, then by WGSL front end. Throws RangeError
 * where none does.
 * @param {Source} source
 * @param {Candidate[]} candidates
 * @param {Record<string, number>} axes Every axis.
 * @param {import("./device.js").Described} own
 */
export function chooseFor({ name, family }, candidates, axes, own) {
  let best;
  let why = "";
  for (const { variant, rung, likeness } of candidates) {
    const served = serve(variant, axes, own);
    if (typeof served === "string") {
      why ||= served;
      continue;
    }
    const order = [rung, distance(variant, family.classes, served.names), -likeness];
    if (!best || less(order, best.order)) best = { variant, rung, order, ...served };
  }
  if (best) return best;
  throw new RangeError(`No variant of ${name} in this bundle serves ${JSON.stringify(axes)}: ${why}`);
}

/**
 * The names of a variant's formulas and its buffers' bytes, or why it doesn't serve a shape.
 * @param {any} variant
 * @param {Record<string, number>} axes
 * @param {import("./device.js").Described} own
 */
function serve(variant, axes, { maxBinding, maxGroups }) {
  for (const name in variant.exact) {
    if (variant.exact[name] !== axes[name]) return `${variant.id} is for ${name}=${variant.exact[name]}`;
  }
  const names = extend(variant.lets, { ...axes, maxBinding, maxGroups });
  const broken = variant.holds.find((/** @type {string} */ formula) => !evaluate(formula, names));
  if (broken) return `${variant.id} holds where ${broken}`;
  const bytes = /** @type {Record<string, number>} */ ({});
  for (const { name, dtype, length } of variant.buffers) {
    const size = Math.max(4, Math.ceil(evaluate(length, names) * (BYTES[dtype] ?? 4) / 4) * 4);
    if (size > maxBinding) {
      return `${name} takes ${size} bytes, and one binding holds ${maxBinding}; work on fewer at a time`;
    }
    bytes[name] = size;
  }
  return { names, bytes };
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
