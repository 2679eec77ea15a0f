import { BUFFER_USAGE, MAP_READ } from "./webgpu_flags.ts";

/** Bytes of a device buffer, whole words. */
export interface Span {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/**
 * Fills `size` bytes of a buffer with `block` over and over, beginning `phase` bytes into it; all are multiples of 4. The
 * block crosses from the host once.
 */
export function fillBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  size: number,
  block: Uint8Array<ArrayBuffer>,
  phase = 0,
): void {
  const length = block.byteLength;
  if (phase + size <= length) return device.queue.writeBuffer(buffer, 0, block, phase, size);
  const source = device.createBuffer({ size: length, usage: BUFFER_USAGE.COPY_SRC | BUFFER_USAGE.COPY_DST });
  device.queue.writeBuffer(source, 0, block);
  const encoder = device.createCommandEncoder();
  for (let at = 0; at < size;) {
    const from = (phase + at) % length;
    const some = Math.min(length - from, size - at);
    encoder.copyBufferToBuffer(source, from, buffer, at, some);
    at += some;
  }
  device.queue.submit([encoder.finish()]);
  source.destroy();
}

/** Sets `size` bytes of a buffer to zero. */
export function clearBuffer(device: GPUDevice, buffer: GPUBuffer, size: number): void {
  const encoder = device.createCommandEncoder();
  encoder.clearBuffer(buffer, 0, size);
  device.queue.submit([encoder.finish()]);
}

/** The bytes of all spans, one after the other. */
export async function readSpans(device: GPUDevice, spans: readonly Span[]): Promise<ArrayBuffer> {
  const size = spans.reduce((sum, span) => sum + span.size, 0);
  const staging = device.createBuffer({ size, usage: BUFFER_USAGE.MAP_READ | BUFFER_USAGE.COPY_DST });
  const encoder = device.createCommandEncoder();
  let at = 0;
  for (const span of spans) {
    encoder.copyBufferToBuffer(span.buffer, span.offset, staging, at, span.size);
    at += span.size;
  }
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(MAP_READ);
  const bytes = staging.getMappedRange().slice(0);
  staging.destroy();
  return bytes;
}
