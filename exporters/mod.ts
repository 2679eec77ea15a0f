import type { Exporter } from "./exporter.ts";
import { profileExporter } from "./profile/mod.ts";

/** Every target of `deno task export`, in the order help lists them. */
export const exporters: readonly Exporter[] = [
  profileExporter,
];
