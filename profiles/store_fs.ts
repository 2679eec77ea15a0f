import { fileURLToPath } from "node:url";
import { appendTrialLine } from "./append_trial_line_fs.ts";
import { deviceSlug } from "./device_ladder.ts";
import { attempt, readText, reasonOf, replaceText, setLinesAside } from "./durable_text_fs.ts";
import { formatProfile, parseProfile } from "./profile_text.ts";
import { type DeviceRecord, type Profile, SCHEMA_VERSION, type Trial } from "./schema.ts";
import { StoreError } from "./store_error.ts";
import {
  formatStages,
  parseStages,
  type Stages,
  STAGES_FILE,
  type StagesEntry,
  withEntry,
} from "./stages.ts";
import { acquireTunerLock, type TunerLockOptions, withWriteLock } from "./store_lock_fs.ts";
import { formatTrialLine, readTrialLines } from "./trial_line.ts";

export { StoreError };

/** Trials of one family, and what had to be set aside to read them. */
export interface StoredTrials {
  readonly trials: Trial[];
  readonly warnings: string[];
}

/** The profiles shipped with the repository. */
export const defaultRoot = (): string => fileURLToPath(new URL("./data", import.meta.url));

/**
 * Trials and profile of one device in `<root>/<deviceSlug>/`.
 *
 * Trials are lines that are only ever appended, each written and synced as one; the profile is replaced whole.
 * Every method throws `StoreError` where the disk or a record does not allow it.
 */
export class ProfileStore implements Disposable {
  readonly folder: string;
  #lock?: Deno.FsFile;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(readonly root: string, readonly device: DeviceRecord) {
    this.folder = `${root}/${deviceSlug(device)}`;
  }

  /** The store of `device` under `root`; makes its folder where it is missing. */
  static async open(root: string, device: DeviceRecord): Promise<ProfileStore> {
    const store = new ProfileStore(root, device);
    await attempt(`make the folder ${store.folder}`, () => Deno.mkdir(store.folder, { recursive: true }));
    return store;
  }

  /**
   * Every stored trial of `family`, oldest first, or of another collection of that name. Unreadable lines move to
   * `<family>.jsonl.torn`, each with a warning.
   */
  trials(family: string): Promise<StoredTrials> {
    const path = this.#pathOf(family);
    return this.#inTurn(async () => {
      const first = readTrialLines(await readText(path) ?? "", path);
      if (first.bad.length === 0) return first;
      // The line may be another process's append under way: look again when nobody can be writing.
      try {
        return await this.#locked(async () => {
          const again = readTrialLines(await readText(path) ?? "", path);
          if (again.bad.length > 0) {
            await setLinesAside(`${path}.torn`, lines(again.bad));
            await replaceText(path, lines(again.good));
          }
          return again;
        });
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        return { trials: first.trials, warnings: [...first.warnings, error.message] };
      }
    }).then(({ trials, warnings }) => ({ trials, warnings }));
  }

  /**
   * Adds one trial durably, to its family's or to the collection named, or throws and leaves the file as it was.
   * Throws TypeError for a malformed trial.
   */
  append(trial: Trial, collection = trial.family): Promise<void> {
    return this.appendAll([trial], collection);
  }

  /** Adds trials to one collection in one write: all of them, or none where it throws. */
  appendAll(trials: readonly Trial[], collection: string): Promise<void> {
    const path = this.#pathOf(collection);
    const text = trials.map(formatTrialLine).join("\n");
    return this.#inTurn(() =>
      this.#locked(async () => {
        if (text === "") return;
        await this.#introduce();
        await appendTrialLine(path, text);
      })
    );
  }

  /** The device's profile, or undefined before its first trial. */
  async readProfile(): Promise<Profile | undefined> {
    return await readProfileFile(`${this.folder}/profile.json`);
  }

  /** Replaces the profile whole. Throws TypeError for a malformed one. */
  writeProfile(profile: Profile): Promise<void> {
    const text = formatProfile(profile);
    return this.#inTurn(() => this.#locked(() => replaceText(`${this.folder}/profile.json`, text)));
  }

  /** Where the time of the device's winners goes, or undefined where nobody asked yet. */
  async stages(): Promise<Stages | undefined> {
    const path = `${this.folder}/${STAGES_FILE}`;
    const text = await readText(path);
    return text === undefined ? undefined : parseStages(text, path);
  }

  /** Adds the stages of one winner, in place of those of its bucket. Throws TypeError for a malformed entry. */
  keepStages(entry: StagesEntry): Promise<void> {
    return this.#inTurn(() =>
      this.#locked(async () => {
        const entries = withEntry((await this.stages())?.entries ?? [], entry);
        const text = formatStages({ schemaVersion: SCHEMA_VERSION, entries });
        await replaceText(`${this.folder}/${STAGES_FILE}`, text);
      })
    );
  }

  /**
   * Makes this store the device's only tuner; waits for another one, naming its process to `onWait` once.
   * The operating system lets go of the lock when the holder closes or dies. Throws `signal.reason` when aborted.
   */
  async acquire(
    options: TunerLockOptions = {},
  ): Promise<void> {
    if (this.#lock) return;
    this.#lock = await acquireTunerLock(this.folder, options);
  }

  /** Lets go of the lock. The store can be used again. */
  close(): void {
    this.#lock?.close();
    this.#lock = undefined;
  }
  [Symbol.dispose](): void {
    this.close();
  }

  #pathOf(family: string): string {
    if (!/^[a-z][a-z0-9_]*$/.test(family)) {
      throw new RangeError(`Cannot store trials of "${family}": a family is named in lower snake_case`);
    }
    return `${this.folder}/${family}.jsonl`;
  }

  /** Leaves a profile beside the first trial, so that the folder says whose trials these are. */
  async #introduce(): Promise<void> {
    const path = `${this.folder}/profile.json`;
    if (await Deno.stat(path).then(() => true, () => false)) return;
    const profile: Profile = {
      schemaVersion: SCHEMA_VERSION,
      device: this.device,
      winners: [],
      updatedAt: new Date().toISOString(),
    };
    await replaceText(path, formatProfile(profile));
  }

  /** One change at a time within this store. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }

  /** One change at a time among processes. */
  #locked<T>(work: () => Promise<T>): Promise<T> {
    return withWriteLock(this.folder, work);
  }
}

/** The profiles of every device under `root`, by folder name; unreadable ones become warnings. */
export async function listDevices(
  root: string,
): Promise<{ devices: { slug: string; profile: Profile }[]; warnings: string[] }> {
  const devices: { slug: string; profile: Profile }[] = [];
  const warnings: string[] = [];
  const slugs: string[] = [];
  try {
    for await (const entry of Deno.readDir(root)) if (entry.isDirectory) slugs.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new StoreError(`Cannot list ${root}: ${reasonOf(error)}`);
    }
  }
  for (const slug of slugs.sort()) {
    try {
      const profile = await readProfileFile(`${root}/${slug}/profile.json`);
      if (profile) devices.push({ slug, profile });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      warnings.push(error.message);
    }
  }
  return { devices, warnings };
}

const lines = (texts: readonly string[]): string => texts.map((text) => text + "\n").join("");

async function readProfileFile(path: string): Promise<Profile | undefined> {
  const text = await readText(path);
  return text === undefined ? undefined : parseProfile(text, path);
}
