// median(), medianDeviation() and medianInterval(): known values, and what holds for any sample.
import fc from "fast-check";
import { median, medianDeviation, medianInterval } from "../../tuner/statistics.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

const sample = fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 15 });

Deno.test("median() is the middle value, and the mean of the middle two", () => {
  assertEquals(median([7]), 7);
  assertEquals(median([9, 1, 5]), 5);
  assertEquals(median([10, 1, 2, 9]), 5.5);
  assertThrows(() => median([]), RangeError, "no values");
});

Deno.test("median() orders by size, not by digits, and leaves its argument alone", () => {
  const values = [100, 20, 3];
  assertEquals(median(values), 20);
  assertEquals(values, [100, 20, 3]);
});

Deno.test("medianDeviation() ignores one outlier", () => {
  assertEquals(medianDeviation([10, 11, 12, 13, 1e6]), 1);
  assertEquals(medianDeviation([4, 4, 4]), 0);
});

Deno.test("medianInterval() lies within the sample, in order, and is the same every time", () => {
  fc.assert(fc.property(sample, (values) => {
    const { low, high } = medianInterval(values);
    assert(Math.min(...values) <= low && low <= high && high <= Math.max(...values));
    assertEquals(medianInterval(values), { low, high });
  }));
});

Deno.test("medianInterval() of one value is that value", () => {
  assertEquals(medianInterval([12.5]), { low: 12.5, high: 12.5 });
});

Deno.test("medianInterval() is narrower for a tighter sample", () => {
  const width = (spread: number) => {
    const { low, high } = medianInterval(Array.from({ length: 11 }, (_, i) => 100 + spread * (i - 5)));
    return high - low;
  };
  assert(width(0.1) < width(1));
});
