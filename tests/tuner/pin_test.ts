// pin(): the part of a space that is left to search.
import { defineSpace, initialConfig, oneOf } from "../../kernels/core/space.ts";
import { enumerateConfigs } from "../../kernels/core/walk_space.ts";
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

Deno.test("pin() leaves only formulations that read what is pinned, and the tunables those read", () => {
  const doc = "a tunable of a test";
  const formed = defineSpace({
    formulation: oneOf(["flat", "tiled"], { initial: "flat", doc }),
    io: oneOf(["f32", "f16"], { initial: "f32", doc, storageOf: ["x"] }),
    rows: oneOf([1, 2], { initial: 1, doc, formulations: ["flat"] }),
    tile: oneOf([8, 16], { initial: 8, doc, formulations: ["tiled"] }),
  });
  const tiled = pin(formed, { tile: 16 });
  assertEquals(Object.keys(tiled.tunables), ["formulation", "io", "tile"]);
  assertEquals(initialConfig(tiled), { formulation: "tiled", io: "f32", tile: 16 });
  assertEquals([...enumerateConfigs(tiled)].length, 2);
  assertEquals([...enumerateConfigs(pin(formed, { io: "f16" }))].length, 4);
  assertEquals(Object.keys(pin(formed, { formulation: "flat" }).tunables), ["formulation", "io", "rows"]);
  assertThrows(
    () => pin(formed, { formulation: "flat", tile: 8 }),
    RangeError,
    "Cannot pin formulation, tile: tunable tile belongs to formulation tiled: the formulation is flat",
  );
});
