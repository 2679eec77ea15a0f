import { type Comparison, comparisonSchema } from "../compare/comparison.ts";
import { families } from "../kernels/mod.ts";
import { parseProfile } from "../profiles/profile_text.ts";
import type { Profile } from "../profiles/schema.ts";
import { parseStages, type Stages, STAGES_FILE } from "../profiles/stages.ts";
import { StoreError } from "../profiles/store_error.ts";
import { firstIssue, readTrialLines } from "../profiles/trial_line.ts";
import { COMPARISON } from "../profiles/upload.ts";
import type { Shelf, ShelvedDevice, ShelvedTrials } from "./app/env.ts";
import { FileCache, rethrowWithoutRoot } from "./file_cache_fs.ts";
import { keepUpload } from "./keep_upload_fs.ts";
import { LiveFeed } from "./live_fs.ts";

const ORDER = families.map(({ name }) => name);
/** Trials beside the families' own that no search made. */
const COLLECTIONS = new Set([COMPARISON]);

/** Opens the profiles under `root`; a missing folder is an empty store. */
export function openShelf(root: string): Shelf {
  const profiles = new FileCache<Profile>(root, (text, path) => parseProfile(text, path));
  const comparisons = new FileCache<Comparison>(root, parseComparison);
  const stages = new FileCache<Stages>(root, (text, path) => parseStages(text, path));
  const feed = new LiveFeed(root);
  const trials = new FileCache<ShelvedTrials>(root, (text, path) => {
    const read = readTrialLines(text, path);
    // Nothing is set aside here: pages only read, and the last line may be an append under way.
    return { trials: read.trials, warnings: read.bad.length > 0 ? [unread(path, read.bad.length)] : [] };
  });

  /** When a comparison was made: a clone's files are all of one time. One that can't be read still stands there. */
  async function comparedTime(path: string): Promise<Date> {
    const comparison = await comparisons.read(path).catch(() => undefined);
    return new Date(comparison?.at ?? (await Deno.stat(`${root}/${path}`)).mtime ?? 0);
  }

  async function shelved(slug: string): Promise<ShelvedDevice | undefined> {
    const profile = await profiles.read(`${slug}/profile.json`);
    if (!profile) return undefined;
    const found: string[] = [];
    let comparedAt: Date | undefined;
    for await (const { name } of Deno.readDir(`${root}/${slug}`)) {
      const family = /^([a-z][a-z0-9_]*)\.jsonl$/.exec(name)?.[1];
      if (family && !COLLECTIONS.has(family)) found.push(family);
      if (name === "comparison.json") comparedAt = await comparedTime(`${slug}/${name}`);
    }
    const place = (family: string) => ORDER.includes(family) ? ORDER.indexOf(family) : ORDER.length;
    const ordered = found.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
    return { slug, profile, families: ordered, comparedAt };
  }

  return {
    async devices() {
      const devices: ShelvedDevice[] = [];
      const warnings: string[] = [];
      for (const slug of await folders(root)) {
        try {
          const device = await shelved(slug);
          if (device) devices.push(device);
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          warnings.push(error.message);
        }
      }
      return { devices, warnings };
    },
    // Only a name that lies there is ever part of a path.
    device: async (slug) => (await folders(root)).includes(slug) ? await shelved(slug) : undefined,
    trials: async ({ slug, families }, family) =>
      families.includes(family)
        ? await trials.read(`${slug}/${family}.jsonl`) ?? { trials: [], warnings: [] }
        : { trials: [], warnings: [] },
    comparison: ({ slug }) => comparisons.read(`${slug}/comparison.json`),
    stages: ({ slug }) => stages.read(`${slug}/${STAGES_FILE}`),
    keep: (upload) => keepUpload(root, upload).catch((error) => rethrowWithoutRoot(error, root)),
    follow: (signal) => feed.follow(signal),
  };
}

async function folders(root: string): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const entry of Deno.readDir(root)) if (entry.isDirectory) names.push(entry.name);
    return names.sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function parseComparison(text: string, path: string): Comparison {
  try {
    const parsed = comparisonSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    throw new StoreError(`Cannot read ${path}: ${firstIssue(parsed.error)}; run deno task compare again`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new StoreError(`Cannot read ${path}: it is not JSON; run deno task compare again`);
  }
}

function unread(path: string, count: number): string {
  const name = path.split("/").at(-1);
  return `${count} ${count === 1 ? "line" : "lines"} of ${name} can't be read and ${
    count === 1 ? "is" : "are"
  } left out; the next deno task tune sets them aside`;
}
