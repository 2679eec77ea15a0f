import type { Comparison } from "../../../compare/comparison.ts";
import { scopeWords } from "../../../compare/device_words.ts";
import { StoreError } from "../../../profiles/store_error.ts";
import type { Shelf, ShelvedDevice } from "../env.ts";
import {
  type Choice,
  choiceOf,
  comparedFirst,
  devicesAsked,
  lengthsOffered,
  modelsOffered,
} from "./choice.ts";
import { narrowed } from "./narrow.ts";
import { deviceLabels, type Labelled } from "./side_by_side.ts";

/** A device shown: what was chosen of its comparison. */
export interface ShownDevice extends Labelled {
  readonly device: ShelvedDevice;
}

/** What the page and its files show, and what else could be chosen. */
export interface View {
  readonly choice: Choice;
  readonly offered: {
    readonly devices: readonly ShelvedDevice[];
    readonly models: readonly string[];
    readonly lengths: readonly number[];
  };
  /** At least one. */
  readonly shown: readonly ShownDevice[];
}

/** Reads what a query asks for; no view where nothing that can be read was compared. Warnings are sentences. */
export async function loadView(
  shelf: Shelf,
  query: URLSearchParams,
): Promise<{ readonly view?: View; readonly warnings: readonly string[] }> {
  const all = await shelf.devices();
  const warnings = [...all.warnings];
  const offered = comparedFirst(all.devices);
  const asked = devicesAsked(query, offered);
  const read: { device: ShelvedDevice; comparison: Comparison }[] = [];
  for (const device of asked.length > 0 ? asked : offered) {
    if (asked.length === 0 && read.length > 0) break;
    try {
      const comparison = await shelf.comparison(device);
      if (comparison && lengthsOffered([comparison]).length > 0) read.push({ device, comparison });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      warnings.push(error.message);
    }
  }
  const alike = read.filter(({ comparison }) => scopeWords(comparison) === scopeWords(read[0].comparison));
  for (const { device } of read.filter((one) => !alike.includes(one))) {
    warnings.push(
      `${device.slug} is left out: its times hold other work than ${read[0].device.slug}'s; choose it alone`,
    );
  }
  if (alike.length === 0) return { warnings };

  const comparisons = alike.map(({ comparison }) => comparison);
  const choice = choiceOf(query, alike.map(({ device }) => device.slug), comparisons);
  const labels = deviceLabels(
    alike.map(({ device, comparison }) => ({ slug: device.slug, device: comparison.device })),
  );
  const shown = alike.flatMap(({ device, comparison }, i) => {
    const part = narrowed(comparison, choice);
    if (part) return [{ device, label: labels[i], comparison: part }];
    warnings.push(`${device.slug} is left out: none of these models was compared on it`);
    return [];
  });
  return {
    view: {
      choice,
      offered: { devices: offered, models: modelsOffered(comparisons), lengths: lengthsOffered(comparisons) },
      shown,
    },
    warnings,
  };
}
