import type { Exporter } from "./exporter.ts";
import { aiter } from "./aiter/mod.ts";
import { fla } from "./fla/mod.ts";
import { helion } from "./helion/mod.ts";

/** Every target of `deno task export`, in the order help lists them. */
export const exporters: readonly Exporter[] = [
  fla,
  helion,
  aiter,
];
