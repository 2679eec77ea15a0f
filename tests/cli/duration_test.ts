// parseDuration() and formatUs(): what a person types and reads.
import { formatUs, parseDuration } from "../../cli/duration.ts";
import { UserError } from "../../cli/user_error.ts";
import { assertEquals, assertThrows } from "../assert.ts";

Deno.test("parseDuration() reads seconds, minutes and hours as milliseconds", () => {
  assertEquals(["90s", "2m", "1h", "1.5m", " 30s "].map(parseDuration), [90e3, 120e3, 3600e3, 90e3, 30e3]);
});

for (const text of ["", "5", "5x", "0s", "-5s", "1m30s", "1e3s", "NaNs", "s"]) {
  Deno.test(`parseDuration() refuses ${JSON.stringify(text)} with the value and an example`, () => {
    assertThrows(() => parseDuration(text), UserError, `Cannot read the budget "${text}": it must be a time`);
  });
}

Deno.test("formatUs() chooses the unit and keeps three digits", () => {
  assertEquals([0.5, 12.34, 999, 1234, 56789, 2.5e6, -1234].map(formatUs), [
    "0.500 us",
    "12.3 us",
    "999 us",
    "1.23 ms",
    "56.8 ms",
    "2.50 s",
    "-1.23 ms",
  ]);
});
