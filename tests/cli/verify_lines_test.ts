// verifyLines(): the worst of all sizes, NaN for what was never written, refusals apart from failures.
import { verifyLines } from "../../cli/verify_lines.ts";
import type { VerifyRow } from "../../cli/verify_session.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleDevice } from "../profiles/samples.ts";

const config = { ...initialConfig(familyNamed("kda_decode").space), tileV: 32 };
const row = (changes: Partial<VerifyRow>): VerifyRow => ({
  family: "kda_decode",
  axes: { N: 1, H: 2 },
  inputs: "floor",
  variant: formatVariant("kda_decode", config),
  config,
  from: "initial",
  status: "passed",
  errors: { o: 2e-7, final_state: 1e-7 },
  tolerance: 1e-5,
  callMs: 1,
  ...changes,
});
const cells = (line: string) => line.trim().split(/ {2,}/);

Deno.test("verifyLines() shows the worst of a variant's sizes for each kind of inputs, and what each kind is", () => {
  const lines = verifyLines(
    [
      row({}),
      row({ inputs: "weak", errors: { o: NaN, final_state: 1e-7 }, status: "incorrect" }),
      row({ axes: { N: 3, H: 2 }, errors: { o: 1e-7, final_state: 4e-7 }, callMs: 0.5 }),
    ],
    sampleDevice(),
    1500,
  );
  assertEquals(lines[0], "kda_decode at N=1,H=2 and N=3,H=2");
  assertEquals(cells(lines[1]), [
    "inputs",
    "o",
    "final_state",
    "allowed",
    "result",
    "longest call",
    "variant",
  ]);
  const variant = "kda_decode:tileV=32";
  assertEquals(cells(lines[3]), ["floor", "2.0e-7", "4.0e-7", "1e-5", "passed", "1.00 ms", variant]);
  assertEquals(cells(lines[4]), ["weak", "NaN", "1.0e-7", "1e-5", "incorrect", "1.00 ms", variant]);
  assert(lines[5].startsWith("floor: every gate at -5"));
  assertEquals(
    lines.at(-1),
    "2 of 3 verifications passed on NVIDIA H100 80GB HBM3 through builtin, 0 variants refused, in 1.50 s.",
  );
});

Deno.test("verifyLines() tells each reason once, and that nothing ran where everything was refused", () => {
  const refused = row({
    status: "refused",
    reason: `Cannot run ${row({}).variant}: no f16`,
    errors: undefined,
  });
  const lost = row({ status: "device_lost", reason: "the GPU process ended", errors: undefined });
  const lines = verifyLines([refused, { ...refused, inputs: "weak" }, lost], sampleDevice(), 1);
  const at = lines.indexOf("Refused:");
  assertEquals(lines.slice(at, at + 2), ["Refused:", "  kda_decode:tileV=32: no f16"]);
  assert(lines.includes("  kda_decode:tileV=32: the GPU process ended"));
  assertEquals(
    verifyLines([refused], sampleDevice(), 1).at(-1),
    "Nothing was verified: the device refuses every variant.",
  );
});
