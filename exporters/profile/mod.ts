import { SCHEMA_VERSION } from "../../profiles/schema.ts";
import type { Exporter, ExportRequest, Tuned } from "../exporter.ts";
import { fileWord } from "../file_word.ts";
import { readme } from "../readme.ts";
import { uploadText } from "./upload_text.ts";

/** The device's own record: every trial and the winners, for another store of Deltatune. */
export const profileExporter: Exporter = {
  name: "profile",
  doc: "A device's whole record: winners, ceilings, every trial, compare's trials, stages",
  readBy: "Deltatune elsewhere: deno task profiles import <file>",
  files(request) {
    return Promise.resolve([...request.devices.map(recordFile), readme(words(request), request)]);
  },
};

function recordFile({ slug, profile, trials, comparisonTrials, stages = [] }: Tuned) {
  if (trials.length === 0) {
    throw new RangeError(
      `Cannot export a record of ${slug}: it has ${
        counted(profile.winners.length, "winner")
      } and no trials they rest on; deno task tune makes some`,
    );
  }
  const text = uploadText({
    schemaVersion: SCHEMA_VERSION,
    profile,
    trials: [...trials],
    ...(comparisonTrials.length > 0 && { comparisonTrials: [...comparisonTrials] }),
    ...(stages.length > 0 && { stages: [...stages] }),
  });
  return { path: fileName(slug), text };
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
const fileName = (slug: string): string => `${fileWord(slug)}.profile.json`;

function words({ devices, families }: ExportRequest) {
  const names = devices.map(({ slug }) => fileName(slug));
  const sum = (count: (tuned: Tuned) => number) => devices.reduce((total, tuned) => total + count(tuned), 0);
  return {
    title: "A device's record",
    use: [
      `What Deltatune knows of ${
        families.map(({ name }) => name).join(", ")
      } on one device, as one JSON document ` +
      "(its schema: `deno task schema upload`). Another copy of Deltatune adds it to its own with",
      names.map((name) => `    deno task profiles import ${name}`).join("\n"),
      "which checks every record before it writes any: trials already there are left alone, and none comes twice.",
    ],
    transfers: [
      `${counted(sum((t) => t.trials.length), "trial")}, those that failed too, and ${
        sum((t) => t.comparisonTrials.length)
      } of \`deno task compare\`, each with its driver, source hash and date.`,
      "The winners, chosen again on import from all trials there, so that they may be others where more is known.",
      "The device as its driver names it, its limits, and its ceilings where they were measured.",
    ],
    doesNot: [
      "Winners of other source code than the importing program's, or of another driver than its record of the " +
      "device: their trials are kept and choose nothing.",
      "Times on another device: a record says nothing about a GPU it was not made on.",
      "comparison.json, the last result of `deno task compare`: run it there; it goes on from these trials.",
    ],
  };
}
