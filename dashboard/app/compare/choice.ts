import type { Comparison } from "../../../compare/comparison.ts";
import { lengthsOf } from "../../../compare/lengths.ts";
import type { ShelvedDevice } from "../env.ts";

/** Which decode times are shown: of one sequence, or of as many as fit. */
export const BATCHES = ["1", "largest"] as const;
/** Where the paper's curves are laid over ours. */
export const PAPER = ["ratios", "all", "none"] as const;

/** What a reader chose to see; all of it stands in the address. */
export interface Choice {
  /** Slugs. */
  readonly devices: readonly string[];
  /** The first is compared with each other. */
  readonly models: readonly string[];
  readonly batch: typeof BATCHES[number];
  readonly paper: typeof PAPER[number];
  /** Shortest and longest length, tokens. */
  readonly from: number;
  readonly to: number;
}

/** Compared devices, those to show first in front: GPUs before software adapters, then the newest. */
export function comparedFirst(devices: readonly ShelvedDevice[]): ShelvedDevice[] {
  return devices.filter((d) => d.comparedAt).sort((a, b) =>
    Number(a.profile.device.software) - Number(b.profile.device.software) ||
    b.comparedAt!.getTime() - a.comparedAt!.getTime()
  );
}

/** Devices a query names among those compared, once each; none where it names none of them. */
export function devicesAsked(query: URLSearchParams, compared: readonly ShelvedDevice[]): ShelvedDevice[] {
  return [...new Set(query.getAll("device"))].flatMap((slug) => compared.find((d) => d.slug === slug) ?? []);
}

/** Models of any of these comparisons, in their order. */
export function modelsOffered(comparisons: readonly Comparison[]): string[] {
  return [...new Set(comparisons.flatMap((c) => c.models.map((m) => m.name)))];
}

/** Lengths of any of these comparisons, shortest first. */
export function lengthsOffered(comparisons: readonly Comparison[]): number[] {
  return [...new Set(comparisons.flatMap((c) => lengthsOf(c)))].sort((a, b) => a - b);
}

/**
 * The rest of a query, for the comparisons of the devices it chose. Without a model the first two; what is not offered is
 * as if it had not been asked for.
 */
export function choiceOf(
  query: URLSearchParams,
  devices: readonly string[],
  comparisons: readonly Comparison[],
): Choice {
  const offered = modelsOffered(comparisons);
  const asked = query.get("model") ?? "";
  const model = offered.includes(asked) ? asked : offered[0];
  const others = offered.filter((name) => name !== model);
  const named = query.getAll("against");
  const against = others.filter((name) => named.includes(name));
  // A form whose boxes are all empty asks for one model; a plain link, or names unknown here, for two.
  const isAlone = model === asked && named.length === 0;
  const lengths = lengthsOffered(comparisons);
  const end = (key: string, otherwise: number) =>
    lengths.find((tokens) => `${tokens}` === query.get(key)) ?? otherwise;
  const [from, to] = [end("from", lengths[0]), end("to", lengths.at(-1)!)];
  const isTurned = from > to;
  return {
    devices,
    models: [model, ...(against.length > 0 || isAlone ? against : others.slice(0, 1))],
    batch: oneOf(BATCHES, query.get("batch")),
    paper: oneOf(PAPER, query.get("paper")),
    from: isTurned ? to : from,
    to: isTurned ? from : to,
  };
}

/** The query that asks for a choice again. */
export function queryOf({ devices, models: [model, ...against], batch, paper, from, to }: Choice): string {
  return `${new URLSearchParams([
    ...devices.map((slug) => ["device", slug]),
    ["model", model],
    ...against.map((name) => ["against", name]),
    ["batch", batch],
    ["paper", paper],
    ["from", `${from}`],
    ["to", `${to}`],
  ])}`;
}

function oneOf<T extends string>(values: readonly T[], asked: string | null): T {
  return values.find((value) => value === asked) ?? values[0];
}
