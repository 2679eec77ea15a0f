import {
  formatBytes,
  formatByteTick,
  formatFactor,
  formatRoughTokens,
  formatTick,
  formatTime,
  formatTokens,
  marked,
  percentAbove,
  threeDigits,
} from "../../compare/quantities.ts";
import { assertEquals } from "../assert.ts";

const of = <A, B>(f: (value: A) => B, cases: readonly (readonly [A, B])[]) => {
  for (const [value, wanted] of cases) assertEquals(f(value), wanted, `${value}`);
};

Deno.test("formatTokens() writes whole powers of two short and everything else in full", () => {
  of(formatTokens, [[4096, "4K"], [2 ** 20, "1M"], [3 * 2 ** 19, "1536K"], [1000, "1000"], [512, "512"]]);
});

Deno.test("formatRoughTokens() rounds to what a crossing is worth", () => {
  of(formatRoughTokens, [[13312, "13K"], [6656, "6.5K"], [870.4, "870"], [2 ** 20, "1M"], [4096, "4K"]]);
});

Deno.test("threeDigits() keeps three digits through a carry and never writes a power of ten", () => {
  of(threeDigits, [
    [9.996, "10.0"],
    [99.96, "100"],
    [0.09996, "0.100"],
    [0.0123456, "0.0123"],
    [12345.6, "12346"],
    [999.6, "1000"],
    [1, "1.00"],
    [0, "0"],
  ]);
});

Deno.test("formatTime() and formatBytes() choose a unit, and ticks drop zeros", () => {
  of(formatTime, [[0.5, "0.500 us"], [1500, "1.50 ms"], [2.5e6, "2.50 s"], [6e9, "6000 s"]]);
  of(formatBytes, [[0, "0 B"], [1024, "1.00 KiB"], [1.5 * 2 ** 30, "1.50 GiB"], [2 ** 60, "1048576 TiB"]]);
  of(formatTick, [[1e6, "1 s"], [2e5, "200 ms"], [50, "50 µs"], [1500, "1.5 ms"], [1e5, "100 ms"]]);
  of(formatByteTick, [[2 ** 34, "16 GiB"], [2 ** 28, "256 MiB"], [3 * 2 ** 29, "1.5 GiB"]]);
});

Deno.test("formatFactor() shows on which side of 1 a factor lies", () => {
  of(formatFactor, [[1.003, "1.0030"], [0.998, "0.998"], [1, "1.00"], [2.345, "2.35"]]);
});

Deno.test("percentAbove() has two digits", () => {
  of(percentAbove, [[1.00167, "0.17"], [1.0004, "0.040"], [1.023, "2.3"], [1.0999, "10"], [1.5, "50"]]);
});

Deno.test("marked() marks all but what was measured", () => {
  assertEquals(
    (["measured", "integrated", "projected"] as const).map((how) => marked("12.3", how)),
    ["12.3", "12.3 i", "~12.3 p"],
  );
});
