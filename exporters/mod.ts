import { aiter } from "./aiter/mod.ts";
import { c } from "./c/mod.ts";
import type { Exporter } from "./exporter.ts";
import { fla } from "./fla/mod.ts";
import { helion } from "./helion/mod.ts";
import { rust } from "./rust/mod.ts";
import { wgsl } from "./wgsl/mod.ts";

/** Every target of `deno task export`, in the order help lists them. */
export const exporters: readonly Exporter[] = [
  wgsl,
  c,
  rust,
  fla,
  helion,
  aiter,
];
