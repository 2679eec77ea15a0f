import { assertEquals, assertThrows } from "../assert.ts";
import { specialize } from "../../kernels/core/specialize.ts";

const CODE =
  "const chunkSize: u32 = 64u; // tokens\nconst limit: f32 = 1.0;\nalias Elem = f32;\nfn chunkSizes() {}\n";

Deno.test("specialize() rewrites right-hand sides and nothing else", () => {
  assertEquals(
    specialize(CODE, { chunkSize: 16, limit: 2, Elem: "f16" }),
    "const chunkSize: u32 = 16u; // tokens\nconst limit: f32 = 2.0;\nalias Elem = f16;\nfn chunkSizes() {}\n",
  );
});

Deno.test("specialize() throws when a name is declared never or twice", () => {
  assertThrows(() => specialize(CODE, { tileV: 8 }), RangeError, "declared 0 times");
  assertThrows(() => specialize(CODE + CODE, { chunkSize: 8 }), RangeError, "declared 2 times");
});

Deno.test("specialize() throws when a value does not fit the declared type", () => {
  assertThrows(() => specialize(CODE, { chunkSize: -1 }), RangeError, "declared u32");
  assertThrows(() => specialize(CODE, { chunkSize: 1.5 }), RangeError, "declared u32");
  assertThrows(() => specialize(CODE, { Elem: 4 }), RangeError, "takes a type name");
});
