import { aiter } from "./aiter/mod.ts";
import { c } from "./c/mod.ts";
import type { Exporter } from "./exporter.ts";
import { fla } from "./fla/mod.ts";
import { flashinferBench } from "./flashinfer_bench/mod.ts";
import { helion } from "./helion/mod.ts";
import { kernelLauncher } from "./kernel_launcher/mod.ts";
import { kernelTuner } from "./kernel_tuner/mod.ts";
import { llamaCpp } from "./llama_cpp/mod.ts";
import { profileExporter } from "./profile/mod.ts";
import { rust } from "./rust/mod.ts";
import { t4 } from "./t4/mod.ts";
import { wgsl } from "./wgsl/mod.ts";

/** Every target of `deno task export`, in the order help lists them. */
export const exporters: readonly Exporter[] = [
  wgsl,
  c,
  rust,
  llamaCpp,
  fla,
  helion,
  aiter,
  kernelTuner,
  kernelLauncher,
  t4,
  flashinferBench,
  profileExporter,
];
