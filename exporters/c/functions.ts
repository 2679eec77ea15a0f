import { type Dialect, print } from "../native/expression.ts";
import { BOUNDS, type Let, type NativeLaunch, type Scope, scopeOf, stepFormulas } from "../native/launch.ts";
import type { NativeFamily } from "../native/program.ts";

/** Words of C and C++ that a formula may not name; a formula's name gets a line under it. */
const RESERVED = new Set(
  ("auto bool break case catch char class const continue default delete do double else enum extern false float " +
    "for goto if inline int long namespace new operator private public register return short signed sizeof static " +
    "struct switch template this throw true try typedef union unsigned using void volatile while axes bounds walk words")
    .split(" "),
);
const word = (name: string) => RESERVED.has(name) ? `${name}_` : name;

const c: Dialect = {
  number: (value, wide) => wide ? `UINT64_C(${value})` : `${value}`,
  name: word,
  compare: (left, operator, right) => `(uint64_t)(${left} ${operator} ${right})`,
  functions: {
    "/": "dt_div",
    "%": "dt_mod",
    ceilDiv: "dt_ceil_div",
    min: "dt_min",
    max: "dt_max",
    select: "dt_select",
  },
};

/** A launch's three functions and the struct that names them. */
export function launchFunctions(launch: NativeLaunch): string {
  const { name, holds, lengths } = launch;
  const formulas = stepFormulas(launch);
  const conditions = holds.map((formula, i) => ({ text: print(formula, c), number: i + 1 }))
    .filter(({ text }) => text !== "1")
    .map(({ text, number }) => `  if (!${text}) return ${number};\n`).join("");
  const elements = lengths.map((formula, i) => `  lengths[${i}] = ${print(formula, c)};\n`).join("");
  return `static inline int dt_broken_${name}(const dt_axes *axes, const dt_bounds *bounds) {
${opening(scopeOf(launch, holds))}${conditions}  return 0;
}
static inline void dt_lengths_${name}(const dt_axes *axes, const dt_bounds *bounds, uint64_t *lengths) {
${opening(scopeOf(launch, lengths))}${elements}}
static inline int dt_steps_${name}(const dt_axes *axes, const dt_bounds *bounds, const dt_walk *walk) {
${looped(launch, scopeOf(launch, formulas, true))}  return 0;
}
static const dt_launch dt_launch_${name} = {dt_broken_${name}, dt_lengths_${name}, dt_steps_${name}};
`;
}

/** The function that says what a family's size classes count. */
export function classFunction({ name, family: { axes, classes } }: NativeFamily): string {
  const formulas = Object.values(classes);
  const launch = { name, axes: Object.keys(axes), lets: [], loops: [] };
  const { axes: used } = scopeOf(launch, formulas);
  return `static inline void dt_classes_${name}(const dt_axes *axes, uint64_t *sizes) {
${used.map(axisLine).join("")}${formulas.map((f, i) => `  sizes[${i}] = ${print(f, c)};\n`).join("")}}
`;
}

const axisLine = (name: string) => `  const uint64_t ${word(name)} = axes->${name};\n`;
const letLine = ({ name, formula }: Let) => `const uint64_t ${word(name)} = ${print(formula, c)};\n`;

/** Names a function has to say first, and `(void)` of the parameters it has no use for. */
function opening({ axes, bounds, lets }: Scope): string {
  return [
    ...(axes.length === 0 ? ["  (void)axes;\n"] : []),
    ...(bounds.length === 0 ? ["  (void)bounds;\n"] : []),
    ...axes.map(axisLine),
    ...BOUNDS.filter((name) => bounds.includes(name)).map((name) =>
      `  const uint64_t ${name} = bounds->${name};\n`
    ),
    ...lets.map((item) => "  " + letLine(item)),
  ].join("");
}

/** The launch's loops, and a call of dt_take for each pass in the innermost. */
function looped({ steps }: NativeLaunch, scope: Scope): string {
  const margin = "  ".repeat(scope.loops.length + 1);
  const takes = steps.map(({ words, workgroups }, at) => {
    const items = words.map((formula) => formula === undefined ? "0 /* f32 */" : print(formula, c));
    const groups = workgroups.map((formula) => print(formula, c)).join(", ");
    return `${margin}{\n${margin}  const uint64_t words[] = {${items.join(", ") || "0"}};\n` +
      `${margin}  const int ended = dt_take(walk, ${at}, ${groups}, words);\n${margin}  if (ended) return ended;\n${margin}}\n`;
  });
  const body = scope.loops.reduceRight((inner, { index, count, lets }, depth) => {
    const outer = "  ".repeat(depth + 1);
    const i = word(index);
    return `${outer}for (uint64_t ${i} = 0, ${i}_end = ${print(count, c)}; ${i} < ${i}_end; ${i}++) {\n` +
      `${lets.map((item) => outer + "  " + letLine(item)).join("")}${inner}${outer}}\n`;
  }, takes.join(""));
  return opening(scope) + body;
}
