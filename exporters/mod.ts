import { aiter } from "./aiter/mod.ts";
import type { Exporter } from "./exporter.ts";
import { fla } from "./fla/mod.ts";
import { helion } from "./helion/mod.ts";
import { profileExporter } from "./profile/mod.ts";
import { wgsl } from "./wgsl/mod.ts";

/** Every target of `deno task export`, in the order help lists them. */
export const exporters: readonly Exporter[] = [
  wgsl,
  profileExporter,
  fla,
  helion,
  aiter,
];
