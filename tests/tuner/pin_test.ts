// pin(): the part of a space that is left to search.
import { enumerateConfigs, initialConfig } from "../../kernels/core/space.ts";
import { pin } from "../../tuner/pin.ts";
import { assertEquals, assertThrows } from "../assert.ts";
import { toyFamily } from "../profiles/samples.ts";

const { space } = toyFamily();

Deno.test("pin() leaves the pinned tunable one value, which is the initial one, and keeps the constraints", () => {
  const pinned = pin(space, { wide: true });
  assertEquals(initialConfig(pinned), { tile: 16, wide: true });
  assertEquals([...enumerateConfigs(pinned)], [{ tile: 16, wide: true }, { tile: 32, wide: true }]);
  assertEquals([...enumerateConfigs(pin(space, {}))], [...enumerateConfigs(space)]);
});

Deno.test("pin() keeps the order of the tunables, and so the spelling of variant ids", () => {
  assertEquals(Object.keys(pin(space, { wide: true, tile: 32 }).tunables), ["tile", "wide"]);
});

Deno.test("pin() throws for a value or a tunable the space has not", () => {
  assertThrows(
    () => pin(space, { tile: 17 }),
    RangeError,
    "Cannot pin tile to 17: the space has no such value",
  );
  assertThrows(() => pin(space, { till: 16 }), RangeError, "Cannot pin till to 16");
});
