import { parse } from "../wgsl/runtime/formula.js";

/** A parsed formula: a number, a name, or an operation. */
export type Tree = number | string | Operation;
/** An operator or function with its operands, in order. */
export interface Operation {
  readonly operator: string;
  readonly operands: readonly Tree[];
}

/** How a language spells what formulas are made of; everything is an unsigned 64-bit number. */
export interface Dialect {
  /** A number; `wide` where nothing beside it would make it 64 bits. */
  number(value: number, wide: boolean): string;
  name(name: string): string;
  /** A comparison of two printed operands, as a number 1 or 0 that needs no parentheses around it. */
  compare(left: string, operator: string, right: string): string;
  /** Function names of ceilDiv, min, max, select, and of / and % by what is no number, which may be 0. */
  readonly functions: Readonly<Record<string, string>>;
}

const COMPARISONS = ["<=", "<", "==", ">=", ">"];
const PRECEDENCE: Readonly<Record<string, number>> = { "+": 1, "-": 1, "*": 2, "/": 2, "%": 2 };
const ATOM = 3;

/** The tree of a formula, without comparisons that compilers warn of; throws SyntaxError where the text is none. */
export const treeOf = (formula: string): Tree => decided(parse(formula));

/** Comparisons of a formula with itself, and with the least number there is, are what they always are. */
function decided(tree: ReturnType<typeof parse>): Tree {
  if (typeof tree !== "object") return tree;
  const [operator, ...rest] = tree;
  const operands = rest.map(decided);
  const [left, right] = operands;
  if (COMPARISONS.includes(operator)) {
    if (JSON.stringify(left) === JSON.stringify(right)) return Number(operator.includes("="));
    if (operator === ">=" && right === 0 || operator === "<=" && left === 0) return 1;
    if (operator === "<" && right === 0 || operator === ">" && left === 0) return 0;
  }
  return { operator, operands };
}

/** Every name a tree reads. */
export function namesIn(tree: Tree): string[] {
  if (typeof tree === "number") return [];
  if (typeof tree === "string") return [tree];
  return tree.operands.flatMap(namesIn);
}

/** A formula in a language, with no more parentheses than it needs. */
export function print(formula: string, dialect: Dialect): string {
  return printed(treeOf(formula), dialect).text;
}

function printed(tree: Tree, dialect: Dialect, wide = false): { text: string; precedence: number } {
  if (typeof tree === "number") return { text: dialect.number(tree, wide), precedence: ATOM };
  if (typeof tree === "string") return { text: dialect.name(tree), precedence: ATOM };
  const { operator, operands } = tree;
  const isConstant = wide || namesIn(tree).length === 0;
  const parts = operands.map((operand) => printed(operand, dialect, isConstant));
  if (COMPARISONS.includes(operator)) {
    return { text: dialect.compare(parts[0].text, operator, parts[1].text), precedence: ATOM };
  }
  const precedence = PRECEDENCE[operator];
  const byName = (operator === "/" || operator === "%") &&
    (typeof operands[1] !== "number" || operands[1] === 0);
  if (precedence === undefined || byName) {
    const name = dialect.functions[operator];
    if (!name) {
      throw new RangeError(`Cannot print the formula's operation "${operator}": no language has a word`);
    }
    return { text: `${name}(${parts.map(({ text }) => text).join(", ")})`, precedence: ATOM };
  }
  const [left, right] = parts;
  const leftText = left.precedence < precedence ? `(${left.text})` : left.text;
  const rightText = right.precedence <= precedence ? `(${right.text})` : right.text;
  return { text: `${leftText} ${operator} ${rightText}`, precedence };
}
