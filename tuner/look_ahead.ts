import type { SearchOptions, Strategy } from "./strategies/mod.ts";
import type { Config, Space } from "../kernels/core/space.ts";

/**
 * What a search would ask for next, after `results` in the order it asked and if nothing to come is faster: most of it
 * will be asked. The strategy runs once more from its beginning, which is cheap and holds for every strategy.
 */
export function lookAhead(
  strategy: Strategy,
  space: Space,
  options: SearchOptions,
  results: readonly (number | undefined)[],
  count: number,
): Config[] {
  const search = strategy.search(space, options);
  let next = search.next();
  for (const medianUs of results) {
    if (next.done) return [];
    next = search.next({ medianUs });
  }
  const ahead: Config[] = [];
  while (!next.done && ahead.length < count) {
    ahead.push(next.value);
    next = search.next({ medianUs: undefined });
  }
  return ahead;
}
