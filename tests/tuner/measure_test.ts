// measure() with a clock and calls made of numbers: repeats, giving up, rotation, clocks that are coarse or stand still.
import fc from "fast-check";
import { measure, type MeasureOptions } from "../../tuner/measure.ts";
import { assert, assertEquals } from "../assert.ts";

/** A timer whose passes take `passUs` and `callUs` a call, seen in steps of `quantumUs`; `spans` are the calls of each. */
function fakeDevice(
  { callUs, passUs = 0, quantumUs = 0 }: {
    callUs: number | ((span: number) => number);
    passUs?: number;
    quantumUs?: number;
  },
) {
  const spans: number[] = [];
  let calls = 0;
  const clock = "timestamp" as const;
  const timer = {
    clock,
    span(encode: (pass: GPUComputePassEncoder) => void): Promise<number> {
      calls = 0;
      encode({} as GPUComputePassEncoder);
      const us = passUs + calls * (typeof callUs === "number" ? callUs : callUs(spans.length));
      spans.push(calls);
      return Promise.resolve(quantumUs === 0 ? us : Math.floor(us / quantumUs) * quantumUs);
    },
  };
  const execution = { encode: () => void calls++ };
  return { timer: { clock, spans: many(timer.span) }, execution, spans };
}

/** `spans` of a timer that takes one at a time. */
function many<E>(span: (encode: E) => Promise<number>) {
  return async (count: number, encode: E) => {
    const all: number[] = [];
    for (let i = 0; i < count; i++) all.push(await span(encode));
    return all;
  };
}

const options: MeasureOptions = { quantumNs: 0, samples: 9, spanCapUs: 200_000 };

Deno.test("measure() repeats a short call until a span is 5 ms long", async () => {
  const { timer, execution, spans } = fakeDevice({ callUs: 3 });
  const timing = await measure(timer, [execution], options);
  assertEquals([timing.medianUs, timing.samples, timing.clock], [3, 9, "timestamp"]);
  assert(timing.repeats * 3 >= 5000 && timing.repeats * 3 <= 7000, `${timing.repeats}`);
  assertEquals(spans.slice(-9), Array(9).fill(timing.repeats));
});

Deno.test("measure() does not repeat a call that is long enough", async () => {
  const { timer, execution, spans } = fakeDevice({ callUs: 5100 });
  assertEquals((await measure(timer, [execution], options)).repeats, 1);
  assertEquals(spans, Array(2 + 9).fill(1));
});

Deno.test("measure() makes spans of 100 quanta and 5 ms, whatever a pass costs and the clock can see", async () => {
  await fc.assert(fc.asyncProperty(
    fc.double({ min: 0.2, max: 1000, noNaN: true }),
    fc.double({ min: 0, max: 50, noNaN: true }),
    fc.constantFrom(0, 0.001, 0.08, 1, 10),
    async (callUs, passUs, quantumUs) => {
      const { timer, execution } = fakeDevice({ callUs, passUs, quantumUs });
      const timing = await measure(timer, [execution], { ...options, quantumNs: quantumUs * 1e3 });
      const spanUs = timing.repeats * timing.medianUs;
      assert(timing.repeats === 2000 || spanUs >= Math.max(5000, 100 * quantumUs) - 1e-6, `${spanUs} us`);
    },
  ));
});

Deno.test("measure() is not misled by the cost of a pass: 2 us calls in a 20 us pass", async () => {
  const { timer, execution } = fakeDevice({ callUs: 2, passUs: 20 });
  const timing = await measure(timer, [execution], options);
  assert(timing.repeats === 2000 && timing.medianUs < 2.02, `${timing.repeats}`);
});

Deno.test("measure() does not take one slow span for a long one", async () => {
  const { timer, execution } = fakeDevice({ callUs: (span) => span === 2 ? 5000 : 10 });
  assert((await measure(timer, [execution], options)).repeats >= 500);
});

Deno.test("measure() keeps a span below its cap", async () => {
  const { timer, execution, spans } = fakeDevice({ callUs: 40 });
  const timing = await measure(timer, [execution], { ...options, quantumNs: 100_000, spanCapUs: 1000 });
  assertEquals(timing.repeats, 25);
  assertEquals(Math.max(...spans), 25);
  const slow = fakeDevice({ callUs: 5000 });
  assertEquals((await measure(slow.timer, [slow.execution], { ...options, spanCapUs: 1000 })).repeats, 1);
});

Deno.test("measure() gives up after three samples of a call that has lost", async () => {
  const lost = fakeDevice({ callUs: 301 });
  assertEquals((await measure(lost.timer, [lost.execution], { ...options, giveUpUs: 300 })).samples, 3);
  const leading = fakeDevice({ callUs: 299 });
  assertEquals((await measure(leading.timer, [leading.execution], { ...options, giveUpUs: 300 })).samples, 9);
  const two = fakeDevice({ callUs: 301 });
  assertEquals(
    (await measure(two.timer, [two.execution], { ...options, giveUpUs: 300, samples: 2 })).samples,
    2,
  );
});

Deno.test("measure() gives up on the time of a call, not on the cost of its pass", async () => {
  const { timer, execution } = fakeDevice({ callUs: 3, passUs: 20 });
  assertEquals((await measure(timer, [execution], { ...options, giveUpUs: 6 })).samples, 9);
});

Deno.test("measure() rotates among its executions, call by call and from span to span", async () => {
  const order: number[] = [];
  const { timer } = fakeDevice({ callUs: 0 });
  const counted = {
    ...timer,
    spans: many(async (encode: Parameters<typeof timer.spans>[1]) => {
      const before = order.length;
      await timer.spans(1, encode);
      return (order.length - before) * 70;
    }),
  };
  await measure(counted, [0, 1, 2].map((i) => ({ encode: () => void order.push(i) })), options);
  assert(order.length > 9 * 3);
  assertEquals(order, order.map((_, i) => i % 3));
});

Deno.test("measure() reports the median, its deviation and interval over samples, not the mean", async () => {
  const { timer, execution } = fakeDevice({ callUs: (span) => span === 5 ? 90_000 : 6000 + span });
  const timing = await measure(timer, [execution], options);
  assertEquals(timing.medianUs, 6007);
  assertEquals(timing.madUs, 3);
  assert(timing.lowUs <= timing.medianUs && timing.medianUs <= timing.highUs && timing.highUs <= 90_000);
});

Deno.test("measure() refuses a clock that stands still instead of calling everything fast", async () => {
  const { timer, execution } = fakeDevice({ callUs: 0 });
  let thrown: unknown;
  await measure(timer, [execution], options).catch((error) => thrown = error);
  assertEquals(
    (thrown as Error | undefined)?.message,
    "Cannot time 2000 calls: the device's clock did not advance",
  );
});

Deno.test("measure() keeps the device busy before the first sample, whatever its clock says", async () => {
  const { timer, execution, spans } = fakeDevice({ callUs: 50 });
  await measure(timer, [execution], { ...options, warmUp: { leastUs: 400_000 } });
  assert(spans.slice(0, -9).reduce((sum, calls) => sum + calls * 50, 0) >= 400_000);
  const stopped = fakeDevice({ callUs: (span) => span < 100 ? 0 : 300 });
  await measure(stopped.timer, [stopped.execution], { ...options, warmUp: { leastUs: 400_000 } });
});

Deno.test("measure() works on until the clocks are up, and measures again where they fell meanwhile", async () => {
  const answers = [false, false, true, false, true, true];
  const isWarm = () => Promise.resolve(answers.shift() ?? true);
  const { timer, execution, spans } = fakeDevice({ callUs: 1000 });
  await measure(timer, [execution], { ...options, warmUp: { leastUs: 0, isWarm } });
  assertEquals(answers, []);
  assert(spans.length >= 2 * 9 + 20, `${spans.length}`);
});

Deno.test("measure() heats a cold device by what heats best, where that is known", async () => {
  const { timer, execution, spans } = fakeDevice({ callUs: 1000 });
  let heatUs = 0;
  const isWarm = () => Promise.resolve(heatUs >= 300_000);
  const heat = (us: number) => Promise.resolve(void (heatUs += us));
  await measure(timer, [execution], { ...options, warmUp: { leastUs: 0, isWarm, heat } });
  assert(heatUs >= 300_000 && spans.length < 20, `${heatUs} us of heat, ${spans.length} spans`);
});

Deno.test("measure() goes on with a device whose clocks never come up", async () => {
  const { timer, execution } = fakeDevice({ callUs: 1000 });
  const isWarm = () => Promise.resolve(false);
  const timing = await measure(timer, [execution], { ...options, warmUp: { leastUs: 0, isWarm } });
  assertEquals([timing.medianUs, timing.lowClocks], [1000, true], "and says so");
});
