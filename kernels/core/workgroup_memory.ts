import { type Constants, evaluate, moduleConstants } from "./const_expression.ts";

const SCALAR_BYTES: Readonly<Record<string, number>> = { f32: 4, u32: 4, i32: 4, f16: 2, bool: 4 };

/** Bytes of all `var<workgroup>` variables of a WGSL text, each rounded up to 16. Throws SyntaxError for a type it can't size. */
export function workgroupBytes(code: string): number {
  const constants = moduleConstants(code);
  const aliases = new Map(
    [...code.matchAll(/^alias\s+(\w+)\s*=\s*([^;]+);/gm)].map(([, name, type]) => [name, type]),
  );
  let bytes = 0;
  for (const [, type] of code.matchAll(/var<workgroup>\s+\w+\s*:\s*([^;]+);/g)) {
    bytes += Math.ceil(sizeOf(type, aliases, constants) / 16) * 16;
  }
  return bytes;
}

/** Invocations in one workgroup, from the `@workgroup_size` attribute. Throws SyntaxError where it is no constant. */
export function workgroupSize(code: string): [number, number, number] {
  const attribute = /@workgroup_size\(([^)]*(?:\([^)]*\)[^)]*)*)\)/.exec(code);
  if (!attribute) throw new SyntaxError("Cannot size a workgroup: the pass has no @workgroup_size");
  const constants = moduleConstants(code);
  const sizes = attribute[1].split(",").filter((text) => text.trim()).map((text) =>
    evaluate(text, constants)
  );
  if (sizes.some((size) => size === undefined)) {
    throw new SyntaxError(`Cannot size a workgroup: "${attribute[1]}" is not constant`);
  }
  return [sizes[0] ?? 1, sizes[1] ?? 1, sizes[2] ?? 1];
}

function sizeOf(type: string, aliases: ReadonlyMap<string, string>, constants: Constants): number {
  type = type.trim();
  const alias = aliases.get(type);
  if (alias !== undefined) return sizeOf(alias, aliases, constants);
  if (type in SCALAR_BYTES) return SCALAR_BYTES[type];
  const short = /^vec([234])([fuih])$/.exec(type);
  if (short) return vectorBytes(Number(short[1]), short[2] === "h" ? 2 : 4);
  const vector = /^vec([234])<(.+)>$/.exec(type);
  if (vector) return vectorBytes(Number(vector[1]), sizeOf(vector[2], aliases, constants));
  const atomic = /^atomic<(.+)>$/.exec(type);
  if (atomic) return sizeOf(atomic[1], aliases, constants);
  const array = /^array<(.+)>$/.exec(type);
  if (array) {
    const comma = lastTopLevelComma(array[1]);
    const count = evaluate(array[1].slice(comma + 1), constants);
    if (comma >= 0 && count !== undefined) {
      return count * sizeOf(array[1].slice(0, comma), aliases, constants);
    }
  }
  throw new SyntaxError(`Cannot size the workgroup variable type "${type}"`);
}

function vectorBytes(lanes: number, scalar: number): number {
  return (lanes === 3 ? 4 : lanes) * scalar;
}

function lastTopLevelComma(text: string): number {
  let depth = 0;
  let found = -1;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "<" || text[i] === "(") depth++;
    else if (text[i] === ">" || text[i] === ")") depth--;
    else if (text[i] === "," && depth === 0) found = i;
  }
  return found;
}
