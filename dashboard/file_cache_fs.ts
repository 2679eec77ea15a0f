import { readText } from "../profiles/durable_text_fs.ts";

/** Parsed files by path, parsed again when their time or size changed. */
export class FileCache<T> {
  readonly #known = new Map<string, { readonly version: string; readonly value: Promise<T | undefined> }>();

  /** `parse` throws what callers of `read` are to get; what it throws is not kept. */
  constructor(readonly parse: (text: string, path: string) => T) {}

  /** The file's content; undefined where there is no such file. */
  async read(path: string): Promise<T | undefined> {
    const version = await Deno.stat(path).then(
      ({ mtime, size }) => `${mtime?.getTime()} ${size}`,
      () => "none",
    );
    const known = this.#known.get(path);
    if (known?.version === version) return await known.value;
    const value = readText(path).then((text) => text === undefined ? undefined : this.parse(text, path));
    this.#known.set(path, { version, value });
    value.catch(() => this.#known.delete(path));
    return await value;
  }
}
