// @ts-check
// Formulas of a manifest: whole numbers, names, + - * / % with division rounding down, comparisons that give 1 or 0.

/** @typedef {number | string | [string, ...any[]]} Tree A number, a name, or an operator with its operands. */

/** Operators by how tightly they bind, the loosest first. */
const LEVELS = [["<=", "<", "==", ">=", ">"], ["+", "-"], ["*", "/", "%"]];

/** @type {Record<string, (...values: number[]) => number>} */
const OPERATIONS = {
  "<=": (a, b) => +(a <= b),
  "<": (a, b) => +(a < b),
  "==": (a, b) => +(a === b),
  ">=": (a, b) => +(a >= b),
  ">": (a, b) => +(a > b),
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => Math.floor(a / b),
  "%": (a, b) => a % b,
  ceilDiv: (a, b) => Math.ceil(a / b),
  min: Math.min,
  max: Math.max,
  select: (condition, then, otherwise) => condition ? then : otherwise,
};

/**
 * Throws SyntaxError where the text is no formula.
 * @param {string} text
 * @returns {Tree}
 */
export function parse(text) {
  const tokens = text.match(/\w+|[<>=]=|\S/g) ?? [];
  let at = 0;
  /** @param {string} token */
  const expect = (token) => {
    if (tokens[at++] !== token) throw new SyntaxError(`Cannot read the formula "${text}"`);
  };
  /** @returns {Tree} */
  const level = (n = 0) => {
    if (n === LEVELS.length) return primary();
    let left = level(n + 1);
    while (LEVELS[n].includes(tokens[at])) left = [tokens[at++], left, level(n + 1)];
    return left;
  };
  /** @returns {Tree} */
  const primary = () => {
    const token = tokens[at++];
    if (/^\d+$/.test(token)) return Number(token);
    if (token === "(") {
      const inner = level();
      expect(")");
      return inner;
    }
    if (!/^[A-Za-z_]/.test(token ?? "")) expect("");
    if (tokens[at] !== "(") return token;
    const call = /** @type {[string, ...any[]]} */ ([token]);
    do {
      at++;
      call.push(level());
    } while (tokens[at] === ",");
    expect(")");
    return call;
  };
  const tree = level();
  if (at < tokens.length) expect("");
  return tree;
}

/** @type {Map<string, Tree>} */
const parsed = new Map();

/**
 * The formula's value. Throws RangeError for a name it does not know.
 * @param {string} text
 * @param {Record<string, number>} names
 */
export function evaluate(text, names) {
  let tree = parsed.get(text);
  if (tree === undefined) parsed.set(text, tree = parse(text));
  return walk(tree, names);
}

/**
 * @param {Tree} tree
 * @param {Record<string, number>} names
 * @returns {number}
 */
function walk(tree, names) {
  if (typeof tree === "number") return tree;
  if (typeof tree === "string") {
    if (!Object.hasOwn(names, tree)) throw new RangeError(`No size is called "${tree}"`);
    return names[tree];
  }
  const [name, ...operands] = tree;
  if (!Object.hasOwn(OPERATIONS, name)) throw new RangeError(`No operation is called "${name}"`);
  return OPERATIONS[name](...operands.map((operand) => walk(operand, names)));
}

/**
 * The names with those of `lets` added, each of which may use those before it.
 * @param {Record<string, string>} lets
 * @param {Record<string, number>} names
 */
export function extend(lets, names) {
  const all = { ...names };
  for (const name in lets) all[name] = evaluate(lets[name], all);
  return all;
}

/**
 * The names in every round of nested loops, in order.
 * @param {readonly { index: string, count: string, lets: Record<string, string> }[]} loops
 * @param {Record<string, number>} names
 * @returns {Record<string, number>[]}
 */
export function rounds([loop, ...inner], names) {
  if (!loop) return [names];
  return Array.from(
    { length: evaluate(loop.count, names) },
    (_, i) => rounds(inner, extend(loop.lets, { ...names, [loop.index]: i })),
  ).flat();
}
