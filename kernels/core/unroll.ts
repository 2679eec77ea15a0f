import { type Constants, evaluate, moduleConstants } from "./const_expression.ts";

const HEAD =
  /\/\/ @unroll\b( single)?[^\n]*\n\s*for\s*\(\s*var\s+(\w+)(?:\s*:\s*u32)?\s*=\s*([^;]+);\s*(\w+)\s*<\s*([^;]+);\s*(\w+)\s*(\+\+|\+=\s*[^)]+)\s*\)\s*\{/;

/**
 * Repeats the body of every loop under a `// @unroll` line as `{ const i = 0u; ... }`, outermost first.
 * naga keeps a private array in registers only under constant indices (2.3-5.9x on an H200, 2026-11-23).
 * Under `// @unroll single` a loop is left as it is unless it has one round: naga bounds every loop by a counter, and a
 * compiler no longer sees that it runs once (7 % of KDA prefill).
 * Throws SyntaxError where a bound is no constant, or the body holds a `break`, `continue` or `return`.
 */
export function unroll(code: string): string {
  return expand(code, moduleConstants(code));
}

/** Removes the `// @unroll` marks, leaving the loops to the driver's compiler. */
export function keepRolled(code: string): string {
  return code.replace(/^[ \t]*\/\/ @unroll\b[^\n]*\n/gm, "");
}

function expand(code: string, constants: Constants): string {
  let done = "";
  for (let match = HEAD.exec(code); match; match = HEAD.exec(code)) {
    const [head, single, name, from, tested, to, stepped, increment] = match;
    if (name !== tested || name !== stepped) {
      throw new SyntaxError(
        `Cannot unroll a loop over "${name}": its head uses "${tested}" and "${stepped}"`,
      );
    }
    const start = bound(from, constants, name);
    const end = bound(to, constants, name);
    const step = increment === "++" ? 1 : bound(increment.slice(2), constants, name);
    if (step <= 0) throw new SyntaxError(`Cannot unroll the loop over ${name}: its step is ${step}`);
    const open = match.index + head.length;
    const close = matchingBrace(code, open);
    const body = code.slice(open, close);
    done += code.slice(0, match.index);
    code = code.slice(close + 1);
    if (single && end - start > step) {
      done += `${head.slice(head.indexOf("for"))}${expand(body, constants)}}`;
      continue;
    }
    const jump = /\b(break|continue|return)\b/.exec(body.replace(/\/\/[^\n]*/g, ""));
    if (jump) throw new SyntaxError(`Cannot unroll the loop over ${name}: its body holds "${jump[1]}"`);
    for (let i = start; i < end; i += step) {
      done += `{ const ${name} = ${i}u;${expand(body, new Map([...constants, [name, i]]))}}\n`;
    }
  }
  return done + code;
}

function bound(text: string, constants: Constants, name: string): number {
  const value = evaluate(text, constants);
  if (value === undefined) {
    throw new SyntaxError(`Cannot unroll the loop over ${name}: "${text.trim()}" is not a constant`);
  }
  return value;
}

function matchingBrace(code: string, from: number): number {
  let depth = 1;
  for (let i = from; i < code.length; i++) {
    if (code.startsWith("//", i)) i = code.indexOf("\n", i);
    else if (code[i] === "{") depth++;
    else if (code[i] === "}" && --depth === 0) return i;
  }
  throw new SyntaxError("Cannot unroll: a loop body is not closed");
}
