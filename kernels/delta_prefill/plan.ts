import type { Axes, BufferSpec, Capabilities, Pass, Plan, PlanOptions } from "../core/family.ts";
import { definePass, link } from "../core/pass.ts";
import { specialize } from "../core/specialize.ts";
import { formatVariant } from "../core/variant_id.ts";
import { matrix } from "./matrix_plan.ts";
import { recurrent } from "./recurrent_plan.ts";
import type { PrefillForm } from "./form.ts";
import { type FormulationPlan, params, type Setting } from "./setting.ts";
import { type DeltaPrefillConfig } from "./space.ts";
import { stretchesOf, tensorBuffers } from "./stretches.ts";
import { boundBy, chunkedWindows, mostChunks, scanPool } from "./windows.ts";
import inverseCode from "./inverse.wgsl" with { type: "text" };
import scanCode from "./scan.wgsl" with { type: "text" };
import substitutionCode from "./substitution.wgsl" with { type: "text" };

/** Buffers and passes of one variant at one size; the READMEs of families say what each pass computes. */
export function prefillPlan(
  form: PrefillForm,
  axes: Axes,
  config: DeltaPrefillConfig,
  device: Capabilities,
  options: PlanOptions = {},
): Plan {
  const id = formatVariant(form.family, config);
  const { scale = axes.K ** -0.5, windowTokens } = options;
  const stretches = stretchesOf(form, axes, config, device.limits);
  const setting: Setting = { form, axes, config, device, scale, stretches, windowTokens };
  const { windows, scratch, passes } = config.formulation === "chunked"
    ? chunked(id, setting)
    : config.formulation === "matrix"
    ? matrix(id, setting)
    : recurrent(id, setting);
  const buffers: BufferSpec[] = [...tensorBuffers(form, axes, config, stretches), ...scratch];
  const half = config.formulation === "matrix" || config.elem === "f16" || config.io === "f16";
  const tolerance = half ? 2e-3 : 1e-5;
  const tokens = windows.map(({ stretch, first, count }) => ({ first: stretch.first + first, count }));
  return { id, buffers, passes, tolerance, windows: tokens };
}

function chunked(id: string, setting: Setting): FormulationPlan {
  const { form, axes, config, device } = setting;
  const { H, K, V } = axes;
  const { chunkSize, tileV } = config;
  const elem = config.elem as "f32" | "f16";
  const windows = chunkedWindows(id, setting, elem);
  const chunks = mostChunks(setting, windows);
  const types = { Elem: config.elem, Io: config.io };
  const prepare = specialize(link(form.prepare, inverseCode, substitutionCode), {
    chunkSize,
    keyDim: K,
    threads: config.prepareThreads,
    slice: config.prepareSlice,
    ...types,
  });
  const scan = specialize(scanCode, {
    chunkSize,
    keyDim: K,
    valueDim: V,
    tileV,
    rowsPerThread: config.scanRows,
    kSplit: config.scanSplit,
    slice: config.scanSlice,
    ...scanPool(config, K),
    ...types,
  });
  const features = config.elem === "f16" || config.io === "f16" ? ["shader-f16"] : [];
  const passes = windows.flatMap((window): Pass[] => [
    definePass(device, {
      label: "prepare",
      code: prepare,
      unroll: config.unroll,
      features,
      params: params(setting, window),
      buffers: boundBy(window, ["q", "k", "g", "beta", "*rows", "*blocks", "*decay"]),
      workgroups: [Math.ceil(window.count / chunkSize), window.stretch.sequences * H, 1],
    }),
    definePass(device, {
      label: "scan",
      code: scan,
      unroll: config.unroll,
      features,
      params: params(setting, window),
      buffers: boundBy(window, ["rows", "blocks", "decay", "v", "*state", "*o"]),
      workgroups: [V / tileV, window.stretch.sequences * H, 1],
    }),
  ]);
  const scratch: BufferSpec[] = [
    { name: "rows", dtype: elem, length: chunks * 3 * chunkSize * K, role: "scratch" },
    { name: "blocks", dtype: elem, length: chunks * 2 * chunkSize * chunkSize, role: "scratch" },
    { name: "decay", dtype: "f32", length: chunks * K, role: "scratch" },
  ];
  return { windows, scratch, passes };
}
