// A bundle in an engine's hands: calls of several sizes in one pass, states in parts of one buffer, scratch that grows.
import { errorRatio } from "../../../kernels/core/error_ratio.ts";
import { describe, requestDevice } from "../../../exporters/wgsl/runtime/device.js";
import type { Tensor } from "../../../kernels/core/family.ts";
import { loadCase } from "../../../cli/run_case.ts";
import { familyNamed } from "../../../kernels/mod.ts";
import { assert, assertEquals } from "../../assert.ts";
import { inFolder } from "../../cli/in_folder.ts";
import { missingFeatures, testDevice } from "../../gpu/open_test_device.ts";
import { allCases } from "./cases.ts";
import { writeBundle } from "./write_bundle.ts";

const opened = await testDevice();
const STORAGE = 0x80 | 0x08 | 0x04; // STORAGE | COPY_DST | COPY_SRC
const STATE_BYTES = 128 * 128 * 4;
const TOLERANCE = 1e-5;

Deno.test({
  name: `a bundle runs calls of several sizes in one pass${opened ? "" : missingFeatures(opened)}`,
  ignore: !opened,
  fn: () =>
    inFolder(async (folder) => {
      // The smaller one first and last: its scratch is replaced by the larger one's between.
      const names = ["kda_b1_t63_h1_d128", "kda_b1_t130_h1_d128_strong", "kda_b1_t63_h1_d128"];
      const cases = (await allCases(folder)).filter(({ path }) =>
        names.some((name) => path.includes(`/${name}.`))
      );
      await writeBundle(`${folder}/bundle`, opened!.record, cases.map(({ winner }) => winner));
      const { load } = await import(`file://${folder}/bundle/index.js`);
      const device = await requestDevice((await navigator.gpu.requestAdapter())!);
      const faults: string[] = [];
      device.onuncapturederror = ({ error }) => faults.push(error.message);
      const kernel = await load(device, "kda_prefill");

      const states = device.createBuffer({ size: names.length * STATE_BYTES, usage: STORAGE });
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      const calls = [];
      for (const [i, name] of names.entries()) {
        const { path } = cases.find(({ path }) => path.includes(name))!;
        const test = await loadCase(familyNamed("kda_prefill"), path);
        const { id, buffers } = await kernel.prepare(test.axes);
        const upload = ({ data }: Tensor, buffer: GPUBuffer, at = 0) =>
          device.queue.writeBuffer(buffer, at, Float32Array.from(data));
        const tensors: Record<string, GPUBuffer> = {};
        for (const tensor of ["q", "k", "v", "g", "beta", "o"]) {
          tensors[tensor] = device.createBuffer({ size: buffers[tensor].bytes, usage: STORAGE });
          if (tensor in test.inputs) upload(test.inputs[tensor], tensors[tensor]);
        }
        upload(test.inputs.initial_state, states, i * STATE_BYTES);
        const state = { buffer: states, offset: i * STATE_BYTES };
        kernel.encode(pass, { ...tensors, state }, test.axes, test.scalars);
        calls.push({ id, test, o: tensors.o });
      }
      pass.end();
      device.queue.submit([encoder.finish()]);
      kernel.destroy(); // what was submitted still runs
      for (const [i, { id, test, o }] of calls.entries()) {
        const errors = {
          o: errorRatio(await read(device, o, 0, o.size), test.expected.o.data),
          state: errorRatio(
            await read(device, states, i * STATE_BYTES, STATE_BYTES),
            test.expected.final_state.data,
          ),
        };
        assert(
          Object.values(errors).every((error) => error <= TOLERANCE),
          `${names[i]}, ${id}: ${JSON.stringify(errors)}`,
        );
      }
      assertEquals([new Set(calls.map(({ id }) => id)).size, faults], [2, []]);
      device.destroy();
    }),
});

Deno.test({
  name: `the module measures subgroups where an adapter tells a range${
    opened ? "" : missingFeatures(opened)
  }`,
  ignore: !opened?.capabilities.subgroupSize,
  fn: async () => {
    const device = await requestDevice((await navigator.gpu.requestAdapter())!);
    const range = { vendor: "none", subgroupMinSize: 4, subgroupMaxSize: 128 } as unknown as GPUAdapterInfo;
    const { subgroupSize } = await describe(device, range);
    assertEquals(subgroupSize, opened!.capabilities.subgroupSize);
    device.destroy();
  },
});

async function read(
  device: GPUDevice,
  buffer: GPUBuffer,
  offset: number,
  size: number,
): Promise<Float32Array> {
  const copy = device.createBuffer({ size, usage: 0x08 | 0x01 }); // COPY_DST | MAP_READ
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, offset, copy, 0, size);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(1); // GPUMapMode.READ
  return new Float32Array(copy.getMappedRange()).slice();
}
