// What ggml-webgpu does to a shader before it compiles it, as far as exports use it: read off pre_wgsl.hpp of
// ggml-org/llama.cpp (commit 5c5f166e8ba0), whose directives work on lines and whose macros replace whole words, comments
// included. A number in a condition is read up to its suffix.

interface Branch {
  readonly outer: boolean;
  taken: boolean;
  active: boolean;
}

/** The text with directives worked through; macros the host defines win over those of the text. */
export function preprocess(text: string, defined: Readonly<Record<string, string>>): string {
  const macros = new Map(Object.entries(defined));
  const branches: Branch[] = [];
  const active = () => branches.at(-1)?.active ?? true;
  const open = (holds: () => boolean) => {
    const outer = active();
    const taken = outer && holds();
    branches.push({ outer, taken, active: taken });
  };
  const next = (directive: string, holds: () => boolean) => {
    const branch = branches.at(-1);
    if (!branch) throw new SyntaxError(`#${directive} without #if`);
    branch.active = branch.outer && !branch.taken && holds();
    branch.taken ||= branch.active;
  };
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    const [, directive, rest] = /^\s*#\s*(\w*)\s*(.*?)\s*$/.exec(line) ?? [];
    if (directive === undefined) {
      if (active()) lines.push(expand(line, macros));
    } else if (directive === "define") {
      const [name, ...value] = rest.split(/\s+/);
      if (active() && !(name in defined)) macros.set(name, value.join(" "));
    } else if (directive === "ifdef") open(() => macros.has(rest));
    else if (directive === "ifndef") open(() => !macros.has(rest));
    else if (directive === "if") open(() => holds(rest, macros));
    else if (directive === "elif") next(directive, () => holds(rest, macros));
    else if (directive === "else") next(directive, () => true);
    else if (directive === "endif") {
      if (!branches.pop()) throw new SyntaxError("#endif without #if");
    } else throw new SyntaxError(`Unknown directive: #${directive}`);
  }
  if (branches.length > 0) throw new SyntaxError("Unclosed #if directive");
  return lines.join("\n");
}

function expand(text: string, macros: ReadonlyMap<string, string>): string {
  return text.replace(/\w+/g, (word) => {
    const value = macros.get(word);
    return value === undefined ? word : expand(value, new Map([...macros].filter(([name]) => name !== word)));
  });
}

/** Conditions of ||, &&, !, ==, parentheses, defined(NAME), macros and numbers. */
function holds(expression: string, macros: ReadonlyMap<string, string>): boolean {
  const tokens = expression.match(/\|\||&&|==|[!()]|\w+/g) ?? [];
  if (tokens.join("") !== expression.replace(/\s+/g, "")) {
    throw new SyntaxError(`Cannot read the condition ${expression}`);
  }
  let at = 0;
  const either = (): number => {
    let value = both();
    while (tokens[at] === "||") {
      at++;
      const right = both();
      value = value || right ? 1 : 0;
    }
    return value;
  };
  const both = (): number => {
    let value = equal();
    while (tokens[at] === "&&") {
      at++;
      const right = equal();
      value = value && right ? 1 : 0;
    }
    return value;
  };
  const equal = (): number => {
    let value = single();
    while (tokens[at] === "==") {
      at++;
      value = value === single() ? 1 : 0;
    }
    return value;
  };
  const single = (): number => {
    const token = tokens[at++];
    if (token === "!") return single() ? 0 : 1;
    if (token === "(") {
      const value = either();
      if (tokens[at++] !== ")") throw new SyntaxError("missing ')'");
      return value;
    }
    if (token === "defined") {
      const name = tokens[at + 1];
      at += 3;
      return macros.has(name) ? 1 : 0;
    }
    if (/^\d/.test(token)) return parseInt(token, 10);
    const value = macros.get(token);
    return value === undefined ? 0 : value === "" ? 1 : parseInt(value, 10);
  };
  const value = either();
  if (at < tokens.length) throw new SyntaxError(`Cannot read the condition ${expression}`);
  return value !== 0;
}
