import type { NativeProgram } from "./program.ts";

/** How much a file holds, for its README. */
export function sizeWords({ families, texts }: NativeProgram, path: string, text: string): string {
  const variants = families.reduce((sum, family) => sum + family.variants.length, 0);
  const megabytes = new TextEncoder().encode(text).length / 1e6;
  const wgsl = texts.reduce((sum, { code }) => sum + code.length, 0) / 1e6;
  return `\`${path}\`, ${megabytes.toFixed(1)} MB, holds ${variants} variants of ${
    families.map(({ name }) => name).join(", ")
  }: ${texts.length} WGSL texts of ${wgsl.toFixed(1)} MB, those of several variants once.`;
}

/** What carries over to native engines, in every language. */
export const TRANSFERS: readonly string[] = [
  "The WGSL that was verified and timed, letter by letter but for `enable` lines, and its dispatches.",
  "Conditions, buffer lengths, workgroup counts and uniform words as functions, the same numbers as the `wgsl` bundle's.",
  "The choice of a variant: the nearest device, then the nearest workload bucket, then the same WGSL front end.",
];

/** What does not, in every language. */
export const DOES_NOT: readonly string[] = [
  "Pipelines, buffers and their lifetime: the host's. Uniform blocks of one call differ by dispatch, each needs its own " +
  "bytes until the call is submitted.",
  "Tensors of more than one binding: call on fewer tokens at a time (a state, or C cached keys, carries on).",
  "naga (wgpu) refuses `enable subgroups;` and has subgroups without it. Where the device says `naga`, that line and " +
  "`diagnostic(off, subgroup_uniformity);` are written as empty lines; every other directive stays.",
  "Matrix variants need `chromium_experimental_subgroup_matrix`, which Dawn has and naga has not.",
  "A CPU adapter is known by the host's word only (`software`), names are not searched for one.",
];
