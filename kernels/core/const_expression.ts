/** Values of the `const NAME: u32 = ...` lines in scope. */
export type Constants = ReadonlyMap<string, number>;

/**
 * Evaluates an unsigned WGSL const-expression of + - * / % and parentheses over literals and `constants`.
 * Division rounds towards zero as in WGSL. Returns undefined where a name is unknown or the text is something else.
 */
export function evaluate(text: string, constants: Constants): number | undefined {
  const tokens = text.match(/\d+u?|[A-Za-z_]\w*|[()+\-*/%]|\S/g) ?? [];
  let at = 0;
  const failed = Symbol();
  function primary(): number {
    const token = tokens[at++];
    if (token === "(") {
      const value = sum();
      if (tokens[at++] !== ")") throw failed;
      return value;
    }
    if (token === undefined) throw failed;
    if (/^\d+u?$/.test(token)) return parseInt(token, 10);
    const value = constants.get(token);
    if (value === undefined) throw failed;
    return value;
  }
  function product(): number {
    let value = primary();
    while (tokens[at] === "*" || tokens[at] === "/" || tokens[at] === "%") {
      const operator = tokens[at++];
      const right = primary();
      value = operator === "*" ? value * right : operator === "/" ? Math.trunc(value / right) : value % right;
    }
    return value;
  }
  function sum(): number {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-") {
      value = tokens[at++] === "+" ? value + product() : value - product();
    }
    return value;
  }
  try {
    const value = sum();
    return at === tokens.length && Number.isFinite(value) ? value : undefined;
  } catch (error) {
    if (error === failed) return undefined;
    throw error;
  }
}

/** Collects the module-scope u32 constants of a WGSL text, in order, so that later lines may use earlier ones. */
export function moduleConstants(code: string): Map<string, number> {
  const constants = new Map<string, number>();
  for (const [, name, expression] of code.matchAll(/^const\s+(\w+)\s*:\s*u32\s*=\s*([^;]+);/gm)) {
    const value = evaluate(expression, constants);
    if (value !== undefined) constants.set(name, value);
  }
  return constants;
}
