// A kernel of a bundle under Deno's own WebGPU, on the tensors of a safetensors file that also holds the answers:
//   deno run -A examples/deno.ts <bundle folder> kda_prefill case.safetensors B=1,T=63,H=1,K=128,V=128 [io=f32]
const [folder, family, file, sizes, types = ""] = Deno.args;
if (!sizes) throw new Error("usage: deno.ts <bundle folder> <family> <file> <sizes> [storage types]");
const pairs = (text: string) => text.split(",").filter(Boolean).map((pair) => pair.split("="));
const axes = Object.fromEntries(pairs(sizes).map(([name, size]) => [name, Number(size)]));
const storage = Object.fromEntries(pairs(types));

const { load, requestDevice } = await import(new URL(`${folder}/index.js`, `file://${Deno.cwd()}/`).href);
const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
if (!adapter) throw new Error("no WebGPU adapter answers");
const device: GPUDevice = await requestDevice(adapter);
device.onuncapturederror = ({ error }) => console.error(error.message);
const kernel = await load(device, family, { storage });
const { id, rung, buffers } = await kernel.prepare(axes);

// A safetensors file: the header's length, the header as JSON, then the tensors' bytes, as buffers hold them.
const bytes = await Deno.readFile(file);
const headerEnd = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, headerEnd)));
const tensor = (name: string): Uint8Array<ArrayBuffer> | undefined =>
  header[name] &&
  bytes.slice(...header[name].data_offsets.map((at: number) => headerEnd + at) as [number, number]);

// TypeScript's DOM library lacks these two.
declare const GPUBufferUsage: Record<string, number>, GPUMapMode: Record<string, number>;
const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
const tensors: Record<string, GPUBuffer> = {};
for (const [name, { bytes: size, role }] of Object.entries<{ bytes: number; role: string }>(buffers)) {
  if (role === "scratch") continue; // the bundle's own
  tensors[name] = device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  // A state is read and written in place; outputs begin as NaN, so that what nobody writes shows.
  const given = role === "output" ? undefined : tensor(name === "state" ? "initial_state" : name);
  if (given && given.length > size) {
    throw new RangeError(
      `${name} has ${given.length} bytes, ${id} takes ${size}: other sizes or storage types?`,
    );
  }
  const empty = new Uint8Array(size).fill(role === "output" ? 0xff : 0);
  device.queue.writeBuffer(tensors[name], 0, given ?? empty);
}

const encoder = device.createCommandEncoder();
const pass = encoder.beginComputePass();
const scale = header.__metadata__?.scale;
kernel.encode(pass, tensors, axes, { scale: scale && Number(scale) });
pass.end();

const outputs = Object.keys(tensors).filter((name) => buffers[name].role !== "input");
const copies = outputs.map((name) => {
  const copy = device.createBuffer({ size: tensors[name].size, usage: COPY_DST | MAP_READ });
  encoder.copyBufferToBuffer(tensors[name], 0, copy, 0, copy.size);
  return copy;
});
device.queue.submit([encoder.finish()]);

const floats = (content: ArrayBuffer, dtype: string) =>
  dtype.toLowerCase() === "f16" ? new Float16Array(content) : new Float32Array(content);
const errors: Record<string, number> = {};
for (const [i, name] of outputs.entries()) {
  const answer = name === "state" ? "final_state" : name;
  const expected = tensor(answer);
  if (!expected) continue;
  await copies[i].mapAsync(GPUMapMode.READ);
  const got = floats(copies[i].getMappedRange(), buffers[name].dtype);
  // RMS of the difference over RMS of the answer.
  let difference = 0, size = 0;
  floats(expected.buffer, header[answer].dtype).forEach((value, at) => {
    difference += (got[at] - value) ** 2;
    size += value ** 2;
  });
  errors[name] = Math.sqrt(difference / size);
}
console.log(JSON.stringify({ runtime: `deno ${Deno.version.deno}`, id, rung, errors }));
Deno.exit();
