import type { Estimate } from "./comparison.ts";

/** A window of `windowTokens` that ran behind `prefix` cached tokens. */
export interface WindowTime {
  readonly prefix: number;
  /** Whether it lies on the line of others and did not run. */
  readonly isProjected?: true;
  readonly us: number;
  readonly lowUs: number;
  readonly highUs: number;
}

/**
 * Time of a prompt worked through in windows of `windowTokens`, each behind all before it: the sum over its windows, on
 * straight lines between the prefixes that ran. A window's work is a line in its prefix, so only what a device does
 * unevenly lies between. Undefined where the windows do not reach from no prefix to the last window's.
 */
export function integrate(
  windows: readonly WindowTime[],
  tokens: number,
  windowTokens: number,
): Estimate | undefined {
  const nodes = [...windows].sort((a, b) => a.prefix - b.prefix);
  const count = Math.ceil(tokens / windowTokens);
  const lastPrefix = (count - 1) * windowTokens;
  if (nodes.length === 0 || nodes[0].prefix > 0 || nodes.at(-1)!.prefix < lastPrefix) return undefined;
  const sum = (of: (w: WindowTime) => number) => {
    let all = 0;
    for (let w = 0; w < count; w++) all += between(nodes, w * windowTokens, of);
    return all * tokens / (count * windowTokens);
  };
  return {
    us: sum((w) => w.us),
    lowUs: sum((w) => w.lowUs),
    highUs: sum((w) => w.highUs),
    how: nodes.some((node) => node.isProjected) ? "projected" : "integrated",
    note: `${count} windows of ${windowTokens} tokens, ${
      nodes.filter((node) => !node.isProjected).length
    } of which ran${nodes.at(-1)!.isProjected ? `, the last behind ${nodes.at(-2)!.prefix}` : ""}`,
  };
}

/** Windows with one more at `prefix`, on the line through the last two; as they are where there are fewer. */
export function extended(windows: readonly WindowTime[], prefix: number): readonly WindowTime[] {
  const [a, b] = [...windows].sort((x, y) => x.prefix - y.prefix).slice(-2);
  if (!b || prefix <= b.prefix) return windows;
  const at = (ua: number, ub: number) =>
    ub + Math.max(0, (ub - ua) / (b.prefix - a.prefix)) * (prefix - b.prefix);
  return [...windows, {
    prefix,
    us: at(a.us, b.us),
    lowUs: at(a.highUs, b.lowUs),
    highUs: at(a.lowUs, b.highUs),
    isProjected: true,
  }];
}

/** The value at a prefix, on the line through the nodes beside it. */
function between(
  nodes: readonly WindowTime[],
  prefix: number,
  of: (w: WindowTime) => number,
): number {
  const next = Math.max(1, nodes.findIndex((node) => node.prefix >= prefix));
  const [a, b] = [nodes[next - 1], nodes[next] ?? nodes[next - 1]];
  if (a.prefix === b.prefix) return of(a);
  return of(a) + (of(b) - of(a)) * (prefix - a.prefix) / (b.prefix - a.prefix);
}
