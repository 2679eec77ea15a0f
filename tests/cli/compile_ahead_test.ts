// CompileAhead: what is compiled in which order, how many processes at a time, and that nothing that goes wrong matters.
import { CompileAhead } from "../../cli/compile_ahead.ts";
import { GpuProcess } from "../../cli/gpu_process.ts";
import { initialConfig } from "../../kernels/core/space.ts";
import { kdaDecode } from "../../kernels/kda_decode/mod.ts";
import { testDevice } from "../gpu/open_test_device.ts";
import type { Config } from "../../kernels/core/space.ts";
import { assert, assertEquals } from "../assert.ts";

/** Processes that take a turn of the event loop a variant, and die of those named. */
function fakeProcesses(deadly: readonly number[] = []) {
  const compiled: number[] = [];
  let [alive, most, started] = [0, 0, 0];
  const spawn = () => {
    started++;
    most = Math.max(most, ++alive);
    return Promise.resolve({
      request: async <T>(_op: string, payload: unknown): Promise<T> => {
        const { config } = payload as { config: { tile: number } };
        await new Promise((done) => setTimeout(done, 0));
        if (deadly.includes(config.tile)) throw new Error("the driver crashed");
        compiled.push(config.tile);
        return {} as T;
      },
      close: () => void alive--,
    });
  };
  return { spawn, compiled, counts: () => ({ alive, most, started }) };
}
const tiles = (...values: number[]): Config[] => values.map((tile) => ({ tile }));
const settle = () => new Promise((done) => setTimeout(done, 30));

Deno.test("CompileAhead compiles each variant once, with no more processes than allowed, and ends them", async () => {
  const { spawn, compiled, counts } = fakeProcesses();
  const ahead = new CompileAhead(spawn, 2);
  ahead.ask("toy", {}, tiles(1, 2, 3));
  ahead.ask("toy", {}, tiles(2, 3, 4));
  await settle();
  assertEquals(compiled.toSorted(), [2, 3, 4]);
  ahead.ask("toy", {}, tiles(4, 3));
  await settle();
  assertEquals([compiled.length, counts().most, counts().alive], [3, 2, 0]);
});

Deno.test("CompileAhead goes on after a variant that kills its process", async () => {
  const { spawn, compiled } = fakeProcesses([1]);
  const ahead = new CompileAhead(spawn, 1);
  ahead.ask("toy", {}, tiles(1, 2));
  await settle();
  ahead.ask("toy", {}, tiles(1, 2));
  await settle();
  assertEquals(compiled, [2]);
});

Deno.test("CompileAhead does nothing where no process is to be had, none is allowed, or it is closed", async () => {
  for (const spawn of [() => Promise.resolve(undefined), () => Promise.reject(new Error("no device"))]) {
    new CompileAhead(spawn, 2).ask("toy", {}, tiles(1));
    await settle();
  }
  const { spawn, compiled, counts } = fakeProcesses();
  new CompileAhead(spawn, 0).ask("toy", {}, tiles(1));
  const closed = new CompileAhead(spawn, 2);
  closed.ask("toy", {}, tiles(1, 2, 3));
  closed.close();
  closed.ask("toy", {}, tiles(4));
  await settle();
  assert(compiled.length <= 2 && counts().alive <= 0, `${compiled} ${JSON.stringify(counts())}`);
});

const device = await testDevice();
Deno.test({
  name: `a twin compiles a variant and leaves the process beside it alone${
    device ? "" : " (needs a WebGPU adapter)"
  }`,
  ignore: !device,
  fn: async () => {
    const gpu = await GpuProcess.start({ software: false, onNotice: () => {} });
    const twin = await gpu.twin();
    try {
      assert(twin && twin.pid !== gpu.pid, "a process of its own");
      const axes = { N: 1, H: 1, K: 64, V: 64 };
      const config = initialConfig(kdaDecode.space);
      assertEquals(await twin.request("compile", { family: "kda_decode", axes, config }, 60_000), {});
      const wide = { family: "kda_decode", axes, config: { ...config, tileV: 128 } };
      const error = await twin.request("compile", wide, 60_000).catch((e) => e);
      assert(
        error instanceof RangeError && /V must be a multiple of tileV=128/.test(error.message),
        `${error}`,
      );
    } finally {
      twin?.close();
    }
    assert(gpu.alive);
    gpu.close();
  },
});
