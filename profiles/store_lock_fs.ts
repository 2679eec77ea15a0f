import { attempt, readText, writeAll } from "./durable_text_fs.ts";

/** How to wait for a lock that another tuner holds. */
export interface TunerLockOptions {
  /** Told once, with the holder's process id where it is known. */
  readonly onWait?: (holderPid: number | undefined) => void;
  readonly signal?: AbortSignal;
}

/**
 * Takes `tuner.lock` of a store's folder, held until the file is closed. Throws `signal.reason` when aborted, and
 * StoreError where the disk does not allow it.
 */
export async function acquireTunerLock(folder: string, options: TunerLockOptions): Promise<Deno.FsFile> {
  const path = `${folder}/tuner.lock`;
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
  return file;
}

/** Runs `work` under `write.lock`; a file of its own, as the others are replaced by renaming. */
export async function withWriteLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = `${folder}/write.lock`;
  using file = await attempt(`open the lock ${path}`, () => Deno.open(path, { write: true, create: true }));
  await file.lock(true);
  return await work();
}
