// Check while writing a kernel: verifies an even sample of one family's variants on the default adapter.
//   deno run -A tests/gpu/try_variants.ts FAMILY [COUNT] [REGEX]
//   deno run -A tests/gpu/try_variants.ts kda_prefill 30 "chunkSize=64.*elem=f16"
import { completeAxes, formatAxes } from "../../kernels/core/axes.ts";
import { formatVariant } from "../../kernels/core/variant_id.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { PipelineCache } from "../../tuner/pipeline_cache.ts";
import { makeCase, verify } from "../../tuner/verify.ts";
import { legalConfigs } from "../contracts/legal_configs.ts";
import { testDevice } from "./open_test_device.ts";

const family = familyNamed(Deno.args[0]);
const most = Number(Deno.args[1] ?? 20);
const filter = new RegExp(Deno.args[2] ?? "");
const opened = await testDevice();
if (!opened) throw new Error("no adapter");
const cases = family.verifyAxes(completeAxes(family, {})).map((axes) => makeCase(family, axes, 1));
const configs = legalConfigs(family.space).filter((c) => filter.test(formatVariant(family.name, c)));
console.log(`${configs.length} configs in the space, ${opened.record.description}`);
const step = Math.max(1, Math.floor(configs.length / most));
let bad = 0;
for (let i = 0; i < configs.length; i += step) {
  const id = formatVariant(family.name, configs[i]);
  for (const test of cases) {
    try {
      const result = await verify(
        opened.device,
        opened.capabilities,
        family,
        configs[i],
        test,
        new PipelineCache(),
      );
      if (!result.passed) bad++;
      console.log(result.passed ? "ok " : "BAD", id, formatAxes(test.axes), JSON.stringify(result.errors));
    } catch (error) {
      if (!(error instanceof RangeError)) bad++;
      console.log(
        error instanceof RangeError ? "-- " : "ERR",
        id,
        formatAxes(test.axes),
        String(error).slice(0, 700),
      );
    }
  }
}
console.log(bad === 0 ? "all good" : `${bad} bad`);
Deno.exit(bad === 0 ? 0 : 1);
