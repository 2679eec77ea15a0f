// @ts-check
// The dispatches of one call, with their parameters.
import { evaluate, rounds } from "./formula.js";

/**
 * The passes of every round of a variant's loops, in order. Throws RangeError for more workgroups than a device dispatches.
 * @param {any} variant
 * @param {Record<string, number>} names
 * @param {number | undefined} scale
 */
export function stepsOf(variant, names, scale) {
  return rounds(variant.loops, names).flatMap((at) =>
    variant.passes.map((/** @type {any} */ pass) => {
      const workgroups = pass.workgroups.map((/** @type {string} */ formula) => evaluate(formula, at));
      if (Math.max(...workgroups) > names.maxGroups) {
        throw new RangeError(
          `Cannot run ${variant.id}: pass ${pass.label} takes ${
            workgroups.join(" x ")
          } workgroups, and the device ` +
            `dispatches ${names.maxGroups} a dimension; work on fewer at a time`,
        );
      }
      return { pass, workgroups, words: wordsOf(pass.params, at, scale) };
    })
  );
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
