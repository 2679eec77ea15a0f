// The memory `compare` states against the buffers a device really gets for the same kernels.
import { decodeCall, type KernelCall, prefillCall } from "../../compare/kernel_calls.ts";
import { cacheBytesPerToken, stateBytes } from "../../compare/memory.ts";
import type { Mixer } from "../../compare/model.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { familyNamed } from "../../kernels/mod.ts";
import { Execution } from "../../tuner/executor.ts";
import { PipelineCache } from "../../tuner/pipeline_cache.ts";
import { assertEquals } from "../assert.ts";
import { testDevice } from "./open_test_device.ts";

const device = await testDevice();
const needs = device ? "" : " (needs a WebGPU adapter)";

const TOKENS = 192; // whole pages
const kda: Mixer = { kind: "kda", heads: 2, keyDim: 128, valueDim: 64, convWidth: 4 };
const gqa: Mixer = { kind: "gqa", heads: 4, kvHeads: 2, keyDim: 128, valueDim: 64 };
const mla: Mixer = { kind: "mla", heads: 4, latentDim: 512, ropeDim: 64, nopeDim: 128, valueDim: 128 };

/** Bytes of the device's own buffers by label, for a call with the family's initial config. */
async function allocated({ family: name, axes, storage }: KernelCall): Promise<Map<string, number>> {
  const family = familyNamed(name);
  const opened = device!;
  const sizes = new Map<string, number>();
  const counting = new Proxy(opened.device, {
    get(target, property) {
      if (property !== "createBuffer") {
        const value = Reflect.get(target, property, target);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (descriptor: GPUBufferDescriptor) => {
        const buffer = target.createBuffer(descriptor);
        const kind = (descriptor.label ?? "").split(".")[0];
        if (kind) sizes.set(kind, (sizes.get(kind) ?? 0) + buffer.size);
        return buffer;
      };
    },
  });
  const plan = family.plan(axes, { ...initialConfig(family.space), ...storage }, opened.capabilities);
  const execution = await Execution.prepare(counting, plan, new PipelineCache());
  execution.destroy();
  return sizes;
}

for (const [mixer, buffers] of [[kda, ["state"]], [mla, ["cache"]], [gqa, ["k_cache", "v_cache"]]] as const) {
  Deno.test({
    name: `${mixer.kind}: what a sequence keeps is what its decode kernel allocates${needs}`,
    ignore: !device,
    fn: async () => {
      for (const sequences of [1, 3]) {
        const sizes = await allocated(decodeCall(mixer, TOKENS, sequences));
        const kept = sequences * (stateBytes(mixer) + TOKENS * cacheBytesPerToken(mixer));
        assertEquals(buffers.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0), kept);
      }
    },
  });
}

Deno.test({
  name: `kda: prefill goes on from the state its decode kernel keeps${needs}`,
  ignore: !device,
  fn: async () => {
    const f32 = { ...prefillCall(kda, TOKENS), storage: {} };
    assertEquals((await allocated(f32)).get("state"), stateBytes(kda));
  },
});
