import type { Axes, Capabilities } from "../core/family.ts";
import { evenSize, type Launch, windowLoop } from "../core/launch.ts";
import { ALIGNED } from "./pieces.ts";
import { blockRowsOf } from "./plan.ts";
import type { MlaPrefillConfig } from "./space.ts";
import { flopsPerPair, LEAST_KEYS, ROWS_PER_GFLOP } from "./windows.ts";

/**
 * `plan` as formulas, for tensors of one piece: windows of queries that meet all their keys in one dispatch, and, with
 * another text, windows whose keys are cut into ranges.
 */
export function launches(axes: Axes, config: MlaPrefillConfig, device: Capabilities): Launch[] {
  const short = { ...axes, T: 1, C: 0 };
  const long = { ...axes, T: 1, C: keysThatAreCut(axes, config) };
  return [launch(short, config, device, false), launch(long, config, device, true)];
}

/** Cached keys of which even a single query can't meet all in one dispatch. */
function keysThatAreCut(axes: Axes, { dispatchGflop }: MlaPrefillConfig): number {
  return LEAST_KEYS + Math.ceil(dispatchGflop * 1e9 / (axes.B * flopsPerPair(axes)));
}

function launch(sample: Axes, config: MlaPrefillConfig, device: Capabilities, joins: boolean): Launch {
  const { K, V } = sample;
  const flops = config.dispatchGflop * 1e9;
  const blockRows = blockRowsOf(config, device);
  const windows = windowLoop("T", "size");
  const keysOf = (queries: string) => `max(${LEAST_KEYS}, most / ${queries})`;
  return {
    sample,
    lets: {
      heads: "B * H",
      kvHeads: "select(G > 0, G, H)",
      most: `${flops} / (heads * ${flopsPerPair({ H: 1, K, V })})`, // pairs of a dispatch
      isOne: "T * C + T * (T + 1) / 2 <= most",
      enough: `max(${config.dispatchGflop * ROWS_PER_GFLOP} / heads, most / (C + T))`,
      joinable: `maxBinding / (heads * ${4 * V})`,
      rows: "max(select(isOne, T, min(enough, joinable)), 1)",
      size: evenSize("T", "rows", ALIGNED),
      rest: "T - (ceilDiv(T, size) - 1) * size", // queries of the last window
      cut: `select(isOne, 0, max(C + T > ${keysOf("rest")}, C + T - rest > ${keysOf("min(size, T)")}))`,
    },
    holds: [
      "H % kvHeads == 0",
      joins ? "cut == 1" : "cut == 0",
    ],
    loops: [
      {
        ...windows,
        lets: {
          ...windows.lets,
          met: "C + first + count", // keys that the window's last query sees
          keys: joins ? evenSize("met", keysOf("count"), ALIGNED) : "met",
        },
      },
      {
        index: "range",
        count: "ceilDiv(met, keys)",
        lets: { firstKey: "range * keys", rangeKeys: "min(keys, met - firstKey)" },
      },
    ],
    lengths: {
      q: `heads * T * ${K}`,
      k: `B * (C + T) * kvHeads * ${K}`,
      v: `B * (C + T) * kvHeads * ${V}`,
      o: `heads * T * ${V}`,
      lse: "heads * T",
      ...(joins && { joined: `heads * min(size, T) * ${V}` }),
    },
    passes: [{
      label: "attend",
      params: {
        heads: "H",
        kvHeads: "kvHeads",
        headsPerKv: "H / kvHeads",
        tokens: "T",
        firstToken: "first",
        rows: "count",
        keys: "C + T",
        firstKey: "firstKey",
        rangeKeys: "rangeKeys",
        before: "firstKey",
        seen: "C + first + 1",
        isFirst: "range == 0",
        isLast: "firstKey + rangeKeys == met",
      },
      workgroups: ["H", `ceilDiv(count, ${blockRows})`, "B"],
    }],
  };
}
