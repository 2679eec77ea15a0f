import type { Exporter } from "./exporter.ts";
import { llamaCpp } from "./llama.cpp/mod.ts";

/** Every target of `deno task export`, in the order help lists them. */
export const exporters: readonly Exporter[] = [
  llamaCpp,
];
