import type { Exporter } from "./exporter.ts";
import { wgsl } from "./wgsl/mod.ts";

/** Every target of `deno task export`, in the order help lists them. */
export const exporters: readonly Exporter[] = [
  wgsl,
];
