import { type Dialect, print } from "../native/expression.ts";
import { BOUNDS, type Let, type NativeLaunch, type Scope, scopeOf, stepFormulas } from "../native/launch.ts";
import type { NativeFamily } from "../native/program.ts";

/** Words of Rust that a formula may not name; a formula's name gets a line under it. */
const RESERVED = new Set(
  ("as async await box break const continue crate do dyn else enum extern false final fn for gen if impl in let loop " +
    "macro match mod move mut override priv pub ref return self static struct super trait true try type typeof unsafe " +
    "unsized use virtual where while yield axes bounds walk lengths sizes").split(" "),
);
const word = (name: string) => RESERVED.has(name) ? `${name}_` : name;

const FIELDS: Readonly<Record<string, string>> = { maxBinding: "max_binding", maxGroups: "max_groups" };

const rust: Dialect = {
  number: (value, wide) => wide ? `${value}u64` : `${value}`,
  name: word,
  compare: (left, operator, right) => `u64::from(${left} ${operator} ${right})`,
  functions: { "/": "div", "%": "modulo", ceilDiv: "ceil_div", min: "min", max: "max", select: "select" },
};

/** A launch's three functions and the struct that names them. */
export function launchFunctions(launch: NativeLaunch): string {
  const { name, holds, lengths } = launch;
  const formulas = stepFormulas(launch);
  const conditions = holds.map((formula, i) => ({ text: print(formula, rust), number: i + 1 }))
    .filter(({ text }) => text !== "1")
    .map(({ text, number }) => `    if ${text} == 0 {\n        return ${number};\n    }\n`).join("");
  const elements = lengths.map((formula, i) => `    lengths[${i}] = ${print(formula, rust)};\n`).join("");
  const [held, sized, stepped] = [
    scopeOf(launch, holds),
    scopeOf(launch, lengths),
    scopeOf(launch, formulas, true),
  ];
  return `fn broken_${name}(${parameters(held)}) -> usize {
${opening(held)}${conditions}    0
}
fn lengths_${name}(${parameters(sized)}, lengths: &mut [u64]) {
${opening(sized)}${elements}}
fn steps_${name}(${parameters(stepped)}, walk: &mut Walk<'_>) -> bool {
${looped(launch, stepped)}    true
}
static LAUNCH_${name.toUpperCase()}: Launch =
    Launch { broken: broken_${name}, lengths: lengths_${name}, steps: steps_${name} };
`;
}

/** The function that says what a family's size classes count. */
export function classFunction({ name, family: { axes, classes } }: NativeFamily): string {
  const formulas = Object.values(classes);
  const launch = { name, axes: Object.keys(axes), lets: [], loops: [] };
  const scope = scopeOf(launch, formulas);
  const lines = formulas.map((formula, i) => `    sizes[${i}] = ${print(formula, rust)};\n`).join("");
  return `fn classes_${name}(axes: &Axes, sizes: &mut [u64]) {\n${opening(scope)}${lines}}\n`;
}

const letLine = ({ name, formula }: Let) => `let ${word(name)} = ${print(formula, rust)};\n`;

/** Parameters a function has no use for go without a name. */
const parameters = ({ axes, bounds }: Scope) =>
  `${axes.length > 0 ? "axes" : "_"}: &Axes, ${bounds.length > 0 ? "bounds" : "_"}: &Bounds`;

/** Names a function has to say first. */
function opening({ axes, bounds, lets }: Scope): string {
  return [
    ...axes.map((name) => `    let ${word(name)} = axes.${name};\n`),
    ...BOUNDS.filter((name) => bounds.includes(name)).map((name) =>
      `    let ${name} = bounds.${FIELDS[name]};\n`
    ),
    ...lets.map((item) => "    " + letLine(item)),
  ].join("");
}

/** The launch's loops, and a call of `take` for each pass in the innermost. */
function looped({ steps }: NativeLaunch, scope: Scope): string {
  const margin = "    ".repeat(scope.loops.length + 1);
  const takes = steps.map(({ words, workgroups }, at) => {
    const items = words.map((formula) => formula === undefined ? "0 /* f32 */" : print(formula, rust)).join(
      ", ",
    );
    const groups = workgroups.map((formula) => print(formula, rust)).join(", ");
    return `${margin}if !take(walk, ${at}, [${groups}], &[${items}]) {\n${margin}    return false;\n${margin}}\n`;
  });
  const body = scope.loops.reduceRight((inner, { index, isIndexUsed, count, lets }, depth) => {
    const outer = "    ".repeat(depth + 1);
    return `${outer}for ${isIndexUsed ? word(index) : "_"} in 0..${print(count, rust)} {\n` +
      `${lets.map((item) => outer + "    " + letLine(item)).join("")}${inner}${outer}}\n`;
  }, takes.join(""));
  return opening(scope) + body;
}
