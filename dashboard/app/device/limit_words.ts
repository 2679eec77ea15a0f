import { formatBytes } from "../../../compare/quantities.ts";

/** A WebGPU limit in words: bytes in powers of two where it counts bytes. */
export function limitWords(name: string, value: number): string {
  const isBytes = /(StorageSize|BindingSize|BufferSize)$/.test(name);
  return isBytes ? formatBytes(value) : value.toLocaleString("en-US");
}
