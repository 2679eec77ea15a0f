import type { Axes } from "../core/family.ts";
import { DTYPE_BYTES } from "../core/fit.ts";
import { evenSize, type Launch, type LaunchPass, type Lets, windowLoop } from "../core/launch.ts";
import { gatesOf } from "../kda/gates.ts";
import type { PrefillForm } from "./form.ts";
import { MATRIX_BLOCKS, MATRIX_ROWS } from "./matrix_plan.ts";
import type { DeltaPrefillConfig } from "./space.ts";
import { RECURRENT_HEAD_TOKENS, RECURRENT_TOKENS, SCRATCH_BYTES } from "./windows.ts";

/** `prefillPlan` as formulas of B, T and H, for inputs of one stretch. */
export function prefillLaunches(form: PrefillForm, axes: Axes, config: DeltaPrefillConfig): Launch[] {
  const { K, V } = axes;
  const formulation = config.formulation === "recurrent"
    ? recurrentLaunch(axes, config)
    : chunkedLaunch(axes, config);
  const tokens = "B * T * H";
  return [{
    sample: axes,
    ...formulation,
    holds: ["heads <= maxGroups", ...formulation.holds],
    loops: [windowLoop("T", "size")],
    lengths: {
      q: `${tokens} * ${K}`,
      k: `${tokens} * ${K}`,
      v: `${tokens} * ${V}`,
      g: `${tokens} * ${gatesOf(form.gates, K)}`,
      beta: tokens,
      state: `heads * ${K * V}`,
      o: `${tokens} * ${V}`,
      ...formulation.lengths,
    },
  }];
}

/** What the formulations differ in. */
type Part = Pick<Launch, "lets" | "holds" | "lengths" | "passes">;

/** Of every pass but `combine`; see `params` in setting.ts. */
const WINDOW: Lets = { tokens: "T", heads: "H", first: "first", last: "first + count" };

/** On multiply-adds and on matrix units: windows whose scratch stays under its bound. */
function chunkedLaunch({ K, V }: Axes, { formulation, chunkSize, tileV, elem }: DeltaPrefillConfig): Part {
  const matrix = formulation === "matrix";
  const bytes = DTYPE_BYTES[matrix ? "f16" : elem as "f32" | "f16"];
  const rows = chunkSize * (matrix ? MATRIX_ROWS : 3) * K;
  const blocks = (matrix ? MATRIX_BLOCKS : 2) * chunkSize * chunkSize;
  const chunkBytes = (rows + blocks) * bytes + K * 4;
  const largest = Math.max(rows * bytes, blocks * bytes, K * 4);
  const byRoom = `min(${SCRATCH_BYTES} / (heads * ${chunkBytes}), maxBinding / (heads * ${largest}))`;
  return {
    lets: {
      heads: "B * H",
      chunks: `min(${byRoom}, maxGroups)`,
      most: `max(chunks, 1) * ${chunkSize}`,
      size: evenSize("T", "most", chunkSize),
      scratch: `heads * ceilDiv(min(size, T), ${chunkSize})`,
    },
    holds: ["chunks > 0"],
    lengths: { rows: `scratch * ${rows}`, blocks: `scratch * ${blocks}`, decay: `scratch * ${K}` },
    passes: [
      { label: "prepare", params: WINDOW, workgroups: [`ceilDiv(count, ${chunkSize})`, "heads", "1"] },
      { label: "scan", params: WINDOW, workgroups: [`${V / tileV}`, "heads", "1"] },
    ],
  };
}

/** Windows bound the time of a dispatch; all of them hold several segments, or all of them one, as at the sample. */
function recurrentLaunch(sample: Axes, { tileV, segments, recurrentBatch }: DeltaPrefillConfig): Part {
  const { K, V } = sample;
  const segmentOf = (tokens: string) =>
    segments === 1 ? tokens : `ceilDiv(${tokens}, ${segments * recurrentBatch}) * ${recurrentBatch}`;
  const segment = segmentOf("count");
  const walk = (label: string, stateDim: number): LaunchPass => ({
    label,
    params: { ...WINDOW, segment },
    workgroups: [`${stateDim / tileV}`, "heads", `ceilDiv(count, ${segment})`],
  });
  const lets = {
    heads: "B * H",
    most: `min(${RECURRENT_TOKENS * segments}, max(1, ${RECURRENT_HEAD_TOKENS} / heads))`,
    size: evenSize("T", "most", 1),
    longest: "min(size, T)",
    rest: "T - (ceilDiv(T, size) - 1) * size", // tokens of the last window
  };
  const isCut = segments > 1 && sample.T > recurrentBatch;
  if (!isCut) {
    const one = (tokens: string) => `${segmentOf(tokens)} >= ${tokens}`;
    return { lets, holds: [one("longest"), one("rest")], lengths: {}, passes: [walk("recurrent", V)] };
  }
  const counts = `max(ceilDiv(longest, ${segmentOf("longest")}), ceilDiv(rest, ${segmentOf("rest")}))`;
  return {
    lets: { ...lets, states: `heads * ${counts}` },
    holds: [
      `${segmentOf("longest")} < longest`,
      `${segmentOf("rest")} < rest`,
      `states * ${4 * K * (2 * V + K)} <= ${SCRATCH_BYTES}`,
    ],
    lengths: { maps: `states * ${K * (V + K)}`, starts: `states * ${K * V}` },
    passes: [
      walk("map", V + K),
      {
        label: "combine",
        params: { segments: `ceilDiv(count, ${segment})` },
        workgroups: [`${V / 4}`, "heads", "1"],
      },
      walk("recurrent", V),
    ],
  };
}
