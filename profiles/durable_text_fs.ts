import { StoreError } from "./store_error.ts";

/** Replaces a file so that a reader, or a crash, meets the old text or the new one and nothing between. */
export async function replaceText(path: string, text: string): Promise<void> {
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

/** Adds lines that could not be read to a file kept for a look. */
export async function setLinesAside(path: string, text: string): Promise<void> {
  await attempt(`set lines aside in ${path}`, async () => {
    using file = await Deno.open(path, { append: true, create: true });
    await writeAll(file, new TextEncoder().encode(text));
    await file.sync();
  });
}

/** Writes every byte at the file's position. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const written = await file.write(bytes.subarray(at));
    if (written === 0) throw new Error(`only ${at} of ${bytes.length} bytes could be written`);
    at += written;
  }
}

/** A file's text, or undefined where there is no such file. */
export function readText(path: string): Promise<string | undefined> {
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
export async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(`Cannot ${what}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The operating system's words, with what to do about the common ones. */
export function reasonOf(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).replace(
    /:\s*(open|mkdir|write|rename) '.*'$/,
    "",
  );
  if (/os error (28|122|27)\)/.test(text)) return `the disk is full (${text}): free some space and run again`;
  if (/os error (1|13|30)\)/.test(text)) return `it may not be written (${text}): choose another folder`;
  return text;
}
