import type { Comparison } from "../../../compare/comparison.ts";
import { deviceName, deviceStack } from "../../../compare/device_words.ts";

/** A device's comparison, and the short name that tells it from the others shown. */
export interface Labelled {
  readonly label: string;
  readonly comparison: Comparison;
}

/** A model on a device, as curves and columns name it. */
export function modelOn(model: string, label: string): string {
  return `${model} on ${label}`;
}

/** Comparisons of several devices as one whose models are each model on each device, a model's devices in a row. */
export function sideBySide(all: readonly Labelled[]): Comparison {
  const names = [...new Set(all.flatMap(({ comparison }) => comparison.models.map((m) => m.name)))];
  const models = names.flatMap((name) =>
    all.flatMap(({ label, comparison }) =>
      comparison.models.filter((m) => m.name === name).map((m) => ({ ...m, name: modelOn(name, label) }))
    )
  );
  const moved = <T extends { readonly model: string }>(of: (comparison: Comparison) => readonly T[]): T[] =>
    all.flatMap(({ label, comparison }) =>
      of(comparison).map((row) => ({ ...row, model: modelOn(row.model, label) }))
    );
  // Sizes of one device's memory would be said of all.
  const { memoryBytes: _, ...first } = all[0].comparison;
  return {
    ...first,
    models,
    points: moved((c) => c.points),
    missing: moved((c) => c.missing),
    memory: moved((c) => c.memory),
    formulations: [],
    untuned: [],
  };
}

/** One model on each of the devices that have it; undefined where fewer than two do. */
export function acrossDevices(all: readonly Labelled[], model: string): Comparison | undefined {
  const having = all.flatMap(({ label, comparison }) => {
    const models = comparison.models.filter((m) => m.name === model);
    const isIts = (row: { readonly model: string }) => row.model === model;
    const { points, missing } = comparison;
    // What it keeps is the same on all of them.
    const one = {
      ...comparison,
      models,
      points: points.filter(isIts),
      missing: missing.filter(isIts),
      memory: [],
    };
    return models.length > 0 ? [{ label, comparison: one }] : [];
  });
  return having.length > 1 ? sideBySide(having) : undefined;
}

/** Short names that tell devices apart: their implementation, their own name, both, or the name of their folder. */
export function deviceLabels(
  devices: readonly { readonly slug: string; readonly device: Comparison["device"] }[],
): string[] {
  const backends = { builtin: "Deno", dawn: "Dawn", browser: "browser" };
  const candidates = [
    devices.map(({ device }) =>
      device.software ? `${backends[device.backend]}, software` : backends[device.backend]
    ),
    devices.map(({ device }) => deviceName(device)),
    devices.map(({ device }) => `${deviceName(device)}, ${backends[device.backend]}`),
    devices.map(({ slug }) => slug),
  ];
  return candidates.find((labels) => new Set(labels).size === labels.length)!;
}

/** What the short names stand for, in one sentence. */
export function labelWords(all: readonly Labelled[]): string {
  return `${
    all.map(({ label, comparison: { device } }) => `${label}: ${deviceName(device)} (${deviceStack(device)})`)
      .join("; ")
  }.`;
}
