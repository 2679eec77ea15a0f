// lookAhead(): what it foretells is what each strategy asks for where nothing to come is faster.
import { initialConfig } from "../../kernels/core/space.ts";
import { lookAhead } from "../../tuner/look_ahead.ts";
import { strategies } from "../../tuner/strategies/mod.ts";
import { kdaDecode } from "../../kernels/kda_decode/mod.ts";
import { assert, assertEquals } from "../assert.ts";

const space = kdaDecode.space;
const options = { budget: 100, seed: 3, start: initialConfig(space) };

for (const strategy of strategies) {
  Deno.test(`${strategy.name}: lookAhead() foretells the next variants after any number of results`, () => {
    for (const before of [0, 1, 7, 20]) {
      const results = Array.from({ length: before }, (_, i) => 100 + (i * 37) % 11);
      const search = strategy.search(space, options);
      let next = search.next();
      for (const medianUs of results) next = search.next({ medianUs });
      const foretold = lookAhead(strategy, space, options, results, 5);
      assert(foretold.length === 5 || next.done, `${foretold.length}`);
      for (const config of foretold) {
        assertEquals<unknown>(config, next.value);
        next = search.next({ medianUs: undefined });
      }
    }
  });
}

Deno.test("lookAhead() has nothing to tell of a search that has ended", () => {
  const [strategy] = strategies;
  assertEquals(lookAhead(strategy, space, { ...options, budget: 2 }, [1, 2, 3, 4], 5), []);
});
