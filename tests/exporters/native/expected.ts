import type { Bundle } from "../../../exporters/wgsl/bundle.ts";
import { Kernel } from "../../../exporters/wgsl/runtime/kernel.js";
import { type Case, OWNS } from "./cases.ts";

interface FakeBuffer {
  readonly label: string;
  readonly size: number;
  words: string[];
}
interface Entry {
  readonly binding: number;
  readonly resource: { readonly buffer: FakeBuffer };
  readonly buffer: { readonly type: string };
}

/** What the bundle's JavaScript says to a device of each call, a line per fact: what C and Rust have to print. */
export function expectedLines({ manifest, texts }: Bundle, cases: readonly Case[]): string[] {
  return cases.flatMap((one, i) => {
    const family = manifest.families[one.family];
    try {
      const kernel = new Kernel(
        fakeDevice as unknown as GPUDevice,
        OWNS[one.own],
        { name: one.family, devices: manifest.devices, family, code: Object.fromEntries(texts) },
        { storage: one.storage, variant: one.variant },
      );
      const { id, rung, bucket, buffers } = kernel.choose(one.axes);
      const pass = new FakePass();
      const tensors = Object.fromEntries(
        Object.keys(buffers).map((name) => [name, { label: name, size: 2 ** 60, words: [] }]),
      );
      kernel.encode(
        pass as unknown as GPUComputePassEncoder,
        tensors as unknown as Record<string, GPUBuffer>,
        one.axes,
        { scale: one.scale },
      );
      return [
        `case ${i} ${rung} ${id} ${bucket ?? "-"}`,
        ...Object.entries(buffers).map(([name, { bytes, dtype, role }]) =>
          `buffer ${name} ${bytes} ${dtype} ${role}`
        ),
        ...pass.lines,
      ];
    } catch (error) {
      if (error instanceof RangeError) return [`case ${i} refused ${statusOf(error)}`];
      throw error;
    }
  });
}

/** What the driver calls the reason of a refusal. */
function statusOf({ message }: RangeError): string {
  const found = STATUSES.find(([, pattern]) => pattern.test(message));
  if (!found) throw new Error(`No status for "${message}"`);
  return found[0];
}
const STATUSES: readonly [string, RegExp][] = [
  ["NoStorage", /^No \w+ of \w+ \w+ is in this bundle/],
  ["NoVariant", /^No variant \S+ is in this bundle/],
  ["BadAxis", /^Axis \w+ of .* must be a whole number from/],
  ["NoDevice", /^Cannot run \w+ on this device/],
  ["NoSizes", /^No variant of \w+ in this bundle serves/],
  ["NoGroups", /^Cannot run .* workgroups, and the device dispatches/],
];

const fakeDevice = {
  createBuffer: ({ label = "", size }: { label?: string; size: number }): FakeBuffer => ({
    label,
    size,
    words: [],
  }),
  queue: {
    writeBuffer(buffer: FakeBuffer, _: number, bytes: ArrayBuffer) {
      buffer.words = Array.from(new Uint32Array(bytes), (word) => `${word}`);
    },
  },
  createShaderModule: ({ code }: { code: string }) => ({ code }),
  createBindGroupLayout: ({ entries }: { entries: Entry[] }) => entries,
  createPipelineLayout: () => ({}),
  createComputePipeline: (descriptor: unknown) => descriptor,
  createBindGroup: (descriptor: unknown) => descriptor,
};

/** Writes a line of each dispatch. */
class FakePass {
  readonly lines: string[] = [];
  #pipeline!: { label: string; compute: { module: { code: string }; entryPoint: string } };
  #group!: { layout: Entry[]; entries: Entry[] };

  setPipeline(pipeline: never) {
    this.#pipeline = pipeline;
  }
  setBindGroup(_: number, group: never) {
    this.#group = group;
  }
  dispatchWorkgroups(...groups: number[]) {
    const { label, compute: { module: { code }, entryPoint } } = this.#pipeline;
    const [uniform, ...entries] = this.#group.entries;
    const bound = entries.map(({ binding, resource: { buffer } }, i) => {
      const writes = this.#group.layout[i + 1].buffer.type === "storage" ? "rw" : "r";
      return `${binding}:${buffer.label.split(" ").at(-1)}:${writes}`;
    });
    this.lines.push(
      `step ${label} ${entryPoint} ${groups.join(" ")} words ${uniform.resource.buffer.words.join(" ")} ` +
        `bound ${bound.join(" ")} code ${hash(code.split("\n").slice(2).join("\n"))}`,
    );
  }
}

const hashes = new Map<string, number>();

/** FNV-1a of a text's bytes. */
function hash(text: string): number {
  let value = hashes.get(text);
  if (value === undefined) {
    value = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
    hashes.set(text, value);
  }
  return value;
}
