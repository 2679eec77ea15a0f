import { basename } from "node:path";
import { readText } from "../profiles/durable_text_fs.ts";
import { parseProfile } from "../profiles/profile_text.ts";
import { SCHEMA_VERSION, type Trial } from "../profiles/schema.ts";
import { parseStages, STAGES_FILE } from "../profiles/stages.ts";
import { firstIssue, newerMessage, newerVersion, parseTrialLine } from "../profiles/trial_line.ts";
import { COMPARISON, type Upload, uploadSchema } from "../profiles/upload.ts";
import { fileError, UserError } from "./user_error.ts";
import { shownPath } from "./user_path.ts";

/** A device's record as somebody handed it over. */
export interface ReadRecord {
  readonly record: Upload;
  /** Where each trial was read, for sentences about it. */
  readonly places: ReadonlyMap<Trial, string>;
  /** What was left out, a sentence each. */
  readonly notices: readonly string[];
}

/**
 * Reads a document as `export profile` writes and the dashboard's page downloads it, the folder of such an export, or a
 * device's folder of a store. Only its schema is checked. Throws UserError or StoreError in one sentence.
 */
export async function readRecord(path: string): Promise<ReadRecord> {
  try {
    if (!(await Deno.stat(path)).isDirectory) return readDocument(await Deno.readTextFile(path), path);
    const names: string[] = [];
    for await (const { name } of Deno.readDir(path)) names.push(name);
    if (names.includes("profile.json")) return await readFolder(path, names.sort());
    const [document, ...others] = names.filter((name) => name.endsWith(".profile.json"));
    if (document && others.length === 0) return await readRecord(`${path}/${document}`);
    throw new UserError(`Cannot import ${shownPath(path)}: ${await whyNoRecord(path, names)}`);
  } catch (error) {
    throw fileError("import", shownPath(path), error);
  }
}

async function whyNoRecord(path: string, names: readonly string[]): Promise<string> {
  if (names.length === 0) return "the folder is empty";
  const devices: string[] = [];
  for (const name of names) {
    if (await readText(`${path}/${name}/profile.json`).catch(() => undefined)) devices.push(name);
  }
  const choices = [...devices, ...names.filter((name) => name.endsWith(".profile.json"))].sort();
  return choices.length > 0
    ? `it holds several records, name one: ${choices.join(", ")}`
    : "it holds no profile.json";
}

function readDocument(text: string, path: string): ReadRecord {
  const refuse = (why: string) => new UserError(`Cannot import ${shownPath(path)}: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse(
      path.endsWith(".jsonl")
        ? "trials alone do not say whose they are: name their folder"
        : "it is not JSON",
    );
  }
  const newer = newestVersion(value);
  if (newer !== undefined) throw new UserError(newerMessage(shownPath(path), newer));
  if (basename(path) === "profile.json") throw refuse("its trials lie beside it: name its folder");
  const parsed = uploadSchema.safeParse(value);
  if (!parsed.success) throw refuse(issueOf(parsed.error));
  const record = parsed.data;
  const places = new Map<Trial, string>();
  record.trials.forEach((trial, i) => places.set(trial, `${shownPath(path)} trial ${i + 1}`));
  record.comparisonTrials?.forEach((trial, i) =>
    places.set(trial, `${shownPath(path)} comparison trial ${i + 1}`)
  );
  return { record, places, notices: [] };
}

/** The newest schemaVersion in a document above this reader's. */
function newestVersion(value: unknown): number | undefined {
  const { profile, trials, comparisonTrials } = (value ?? {}) as Record<string, unknown>;
  const records = [value, profile, ...[trials, comparisonTrials].flatMap((t) => Array.isArray(t) ? t : [])];
  return records.map(newerVersion).find((version) => version !== undefined);
}

/** The first broken rule, a trial counted from one as everywhere else. */
function issueOf(error: Parameters<typeof firstIssue>[0]): string {
  return firstIssue(error).replace(/^(trials|comparisonTrials)\.(\d+)(\.|:)/, (_, list, index, end) => {
    return `${list === "trials" ? "trial" : "comparison trial"} ${Number(index) + 1}${
      end === "." ? ": " : end
    }`;
  });
}

async function readFolder(folder: string, names: readonly string[]): Promise<ReadRecord> {
  const path = `${folder}/profile.json`;
  const profile = parseProfile(await Deno.readTextFile(path), shownPath(path));
  const trials: Trial[] = [];
  const comparisonTrials: Trial[] = [];
  const places = new Map<Trial, string>();
  const notices: string[] = [];
  for (const name of names) {
    const collection = /^([a-z][a-z0-9_]*)\.jsonl$/.exec(name)?.[1];
    if (collection === undefined) continue;
    const lines = (await Deno.readTextFile(`${folder}/${name}`)).split("\n");
    for (const [index, line] of lines.entries()) {
      if (line.trim() === "") continue;
      const place = `${shownPath(`${folder}/${name}`)} line ${index + 1}`;
      const trial = trialOf(line, place);
      if (trial === undefined) {
        notices.push(`Left out ${place}: it is not JSON, as a write that was cut off leaves it.`);
        continue;
      }
      if (collection !== COMPARISON && trial.family !== collection) {
        throw new UserError(`Cannot import ${place}: it is a trial of ${trial.family}`);
      }
      places.set(trial, place);
      (collection === COMPARISON ? comparisonTrials : trials).push(trial);
    }
  }
  if (places.size === 0) throw new UserError(`Cannot import ${shownPath(folder)}: it holds no trials`);
  const stagesText = await readText(`${folder}/${STAGES_FILE}`);
  const stages = stagesText === undefined
    ? []
    : parseStages(stagesText, shownPath(`${folder}/${STAGES_FILE}`)).entries;
  return {
    record: { schemaVersion: SCHEMA_VERSION, profile, trials, comparisonTrials, stages },
    places,
    notices,
  };
}

/** The trial on a line, undefined where the line is torn. Throws UserError where it breaks a rule or is newer. */
function trialOf(line: string, place: string): Trial | undefined {
  const parsed = parseTrialLine(line);
  if (parsed.kind === "trial") return parsed.trial;
  if (parsed.kind === "newer") throw new UserError(newerMessage(place, parsed.schemaVersion));
  if (parsed.torn) return undefined;
  throw new UserError(`Cannot import ${place}: ${parsed.reason}`);
}
