// integrate(): sums of windows against sums in closed form, and what it refuses.
import fc from "fast-check";
import { integrate, type WindowTime } from "../../compare/integrate.ts";
import { assert, assertEquals } from "../assert.ts";

const at = (prefix: number, us: number): WindowTime => ({ prefix, us, lowUs: us * 0.99, highUs: us * 1.02 });

Deno.test("integrate() is exact where a window's time is a line in its prefix", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 64 }),
    fc.double({ min: 1, max: 100, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (count, base, slope) => {
      const window = 128, tokens = count * window;
      const time = (prefix: number) => base + slope * prefix;
      const ends = [0, 256, 1024, 128 * 63].map((prefix) => at(prefix, time(prefix)));
      const sum = integrate(ends, tokens, window)!;
      let expected = 0;
      for (let w = 0; w < count; w++) expected += time(w * window);
      assert(Math.abs(sum.us / expected - 1) < 1e-9, `${sum.us} for ${expected}`);
      assert(sum.lowUs < sum.us && sum.us < sum.highUs && sum.how === "integrated");
    },
  ));
});

Deno.test("integrate() follows a bend between the prefixes that ran", () => {
  const bend = (prefix: number) => prefix < 512 ? 10 : 10 + (prefix - 512);
  const sum = integrate([0, 512, 1024].map((p) => at(p, bend(p))), 1280, 256)!;
  assertEquals(sum.us, bend(0) + bend(256) + bend(512) + bend(768) + bend(1024));
});

Deno.test("integrate() takes windows in any order, and one alone for a prompt of its length", () => {
  const [a, b] = [at(0, 5), at(256, 9)];
  assertEquals(integrate([b, a], 512, 256)!.us, 14);
  assertEquals(integrate([a], 256, 256)!.us, 5);
});

Deno.test("integrate() refuses windows that do not reach from no prefix to the last", () => {
  assertEquals(integrate([], 256, 256), undefined);
  assertEquals(integrate([at(256, 9)], 512, 256), undefined);
  assertEquals(integrate([at(0, 5), at(256, 9)], 1024, 256), undefined);
});
