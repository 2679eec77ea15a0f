import { Random } from "../../kernels/core/random.ts";
import {
  type Config,
  formulations,
  type Space,
  tunablesRead,
  type TunableValue,
} from "../../kernels/core/space.ts";
import { SearchRecord, type Strategy } from "./strategy.ts";

/** Configs drawn without repeats; the same seed draws the same ones. */
export const random: Strategy = {
  name: "random",
  doc: "Configs drawn at random without repeats",
  *search(space, options) {
    const record = new SearchRecord(space, options);
    yield* record.begin();
    for (const index of shuffled(productSize(space), new Random(options.seed))) {
      if (record.isSpent) return;
      yield* record.time(configAt(space, index));
    }
  },
};

/** Integers below `count` in random order: Fisher-Yates that stores only the swapped places, so that huge spaces are fine. */
function* shuffled(count: number, source: Random): Generator<number> {
  const moved = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const j = i + source.below(count - i);
    yield moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    moved.delete(i);
  }
}

/** How many configs the formulations' products have together. */
function productSize(space: Space): number {
  return formulations(space).reduce<number>((sum, formulation) => sum + sizeOf(space, formulation), 0);
}

function sizeOf(space: Space, formulation: TunableValue | undefined): number {
  return tunablesRead(space, formulation).reduce((size, [, { values }]) => size * values.length, 1);
}

/** The config at a place of the products, one after the other, the last tunable varying fastest; it may break a rule. */
function configAt(space: Space, index: number): Config {
  let at = 0;
  const all = formulations(space);
  for (; index >= sizeOf(space, all[at]); at++) index -= sizeOf(space, all[at]);
  const chosen = tunablesRead(space, all[at]).reverse().map(([name, { values }]) => {
    const value = values[index % values.length];
    index = Math.floor(index / values.length);
    return [name, value] as const;
  });
  return Object.fromEntries(chosen.reverse());
}
