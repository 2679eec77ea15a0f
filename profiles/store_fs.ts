import { fileURLToPath } from "node:url";
import { deviceSlug } from "./device_ladder.ts";
import { formatProfile, parseProfile } from "./profile_text.ts";
import { type DeviceRecord, type Profile, SCHEMA_VERSION, type Trial } from "./schema.ts";
import { StoreError } from "./store_error.ts";
import { formatTrialLine, parseTrialLine, readTrialLines } from "./trial_line.ts";

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

  /** Every stored trial of `family`, oldest first. Unreadable lines move to `<family>.jsonl.torn`, each with a warning. */
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
            await addTo(`${path}.torn`, lines(again.bad));
            await replace(path, lines(again.good));
          }
          return again;
        });
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        return { trials: first.trials, warnings: [...first.warnings, error.message] };
      }
    }).then(({ trials, warnings }) => ({ trials, warnings }));
  }

  /** Adds one trial durably, or throws and leaves the file as it was. Throws TypeError for a malformed trial. */
  append(trial: Trial): Promise<void> {
    const path = this.#pathOf(trial.family);
    const line = new TextEncoder().encode(formatTrialLine(trial) + "\n");
    return this.#inTurn(() =>
      this.#locked(async () => {
        await this.#introduce();
        await attempt(`append a trial to ${path}`, async () => {
          using file = await Deno.open(path, { read: true, write: true, create: true });
          const length = await repairTail(file, path);
          await file.seek(length, Deno.SeekMode.Start);
          try {
            await writeAll(file, line);
            await file.syncData();
          } catch (error) {
            await file.truncate(length).catch(() => {}); // what stays behind is a torn tail, repaired next time
            throw error;
          }
        });
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
    return this.#inTurn(() => this.#locked(() => replace(`${this.folder}/profile.json`, text)));
  }

  /**
   * Makes this store the device's only tuner; waits for another one, naming its process to `onWait` once.
   * The operating system lets go of the lock when the holder closes or dies. Throws `signal.reason` when aborted.
   */
  async acquire(
    options: { onWait?: (holderPid: number | undefined) => void; signal?: AbortSignal } = {},
  ): Promise<void> {
    if (this.#lock) return;
    const path = `${this.folder}/tuner.lock`;
    options.signal?.throwIfAborted();
    const file = await attempt(
      `open the lock ${path}`,
      () => Deno.open(path, { read: true, write: true, create: true }),
    );
    try {
      for (let waits = 0; !await file.tryLock(true); waits++) {
        if (waits === 0) options.onWait?.(parseInt(await readText(path) ?? "", 10) || undefined);
        await new Promise((done) => setTimeout(done, 100));
        options.signal?.throwIfAborted();
      }
      await attempt(`write the lock ${path}`, async () => {
        await file.truncate(0);
        await writeAll(file, new TextEncoder().encode(`${Deno.pid}\n`));
      });
    } catch (error) {
      file.close();
      throw error;
    }
    this.#lock = file;
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
    await replace(path, formatProfile(profile));
  }

  /** One change at a time within this store. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }

  /** One change at a time among processes; a file of its own, as the others are replaced by renaming. */
  async #locked<T>(work: () => Promise<T>): Promise<T> {
    const path = `${this.folder}/write.lock`;
    using file = await attempt(`open the lock ${path}`, () => Deno.open(path, { write: true, create: true }));
    await file.lock(true);
    return await work();
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
    if (!(error instanceof Deno.errors.NotFound)) throw new StoreError(`Cannot list ${root}: ${said(error)}`);
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

/**
 * Length at which the next line may start. A tail without a newline is a write that was cut off: it gets its newline
 * where only that was missing, else it moves to `<path>.torn`.
 */
async function repairTail(file: Deno.FsFile, path: string): Promise<number> {
  const length = await file.seek(0, Deno.SeekMode.End);
  const last = new Uint8Array(1);
  if (length === 0) return 0;
  await file.seek(length - 1, Deno.SeekMode.Start);
  if (await file.read(last) === 1 && last[0] === NEWLINE) return length;
  const bytes = await Deno.readFile(path);
  const start = bytes.lastIndexOf(NEWLINE) + 1;
  const tail = new TextDecoder().decode(bytes.subarray(start));
  if (parseTrialLine(tail).kind === "unreadable") {
    await addTo(`${path}.torn`, tail + "\n");
    await file.truncate(start);
    return start;
  }
  await file.seek(length, Deno.SeekMode.Start);
  await writeAll(file, Uint8Array.of(NEWLINE));
  return length + 1;
}
const NEWLINE = 10;

async function readProfileFile(path: string): Promise<Profile | undefined> {
  const text = await readText(path);
  return text === undefined ? undefined : parseProfile(text, path);
}

/** Replaces a file so that a reader, or a crash, meets the old text or the new one and nothing between. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${Deno.pid}.tmp`;
  await attempt(`write ${path}`, async () => {
    try {
      {
        using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
        await writeAll(file, new TextEncoder().encode(text));
        await file.sync();
      }
      await Deno.rename(temporary, path);
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      throw error;
    }
  });
}

async function addTo(path: string, text: string): Promise<void> {
  await attempt(`set lines aside in ${path}`, async () => {
    using file = await Deno.open(path, { append: true, create: true });
    await writeAll(file, new TextEncoder().encode(text));
    await file.sync();
  });
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const written = await file.write(bytes.subarray(at));
    if (written === 0) throw new Error(`only ${at} of ${bytes.length} bytes could be written`);
    at += written;
  }
}

function readText(path: string): Promise<string | undefined> {
  return attempt(`read ${path}`, async () => {
    try {
      return await Deno.readTextFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  });
}

/** Runs `work`; what the operating system refuses becomes a StoreError that says what was meant. */
async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`Cannot ${what}: ${said(error)}`, { cause: error });
  }
}

/** The operating system's words, with what to do about the common ones. */
function said(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replace(
    /:\s*(open|mkdir|write) '.*'$/,
    "",
  );
  if (/os error (28|122|27)\)/.test(text)) return `the disk is full (${text}): free some space and run again`;
  if (/os error (1|13|30)\)/.test(text)) return `it may not be written (${text}): choose another folder`;
  return text;
}
