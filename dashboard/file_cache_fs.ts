import { readText } from "../profiles/durable_text_fs.ts";
import { StoreError } from "../profiles/store_error.ts";

/** Parsed files under a folder by their paths in it, parsed again when their time or size changed. */
export class FileCache<T> {
  readonly #known = new Map<string, { readonly version: string; readonly value: Promise<T | undefined> }>();

  /** `parse` is given the path in `root`, throws what callers of `read` are to get; what it throws is not kept. */
  constructor(readonly root: string, readonly parse: (text: string, path: string) => T) {}

  /** The file's content; undefined where there is no such file. */
  async read(name: string): Promise<T | undefined> {
    const path = `${this.root}/${name}`;
    const version = await Deno.stat(path).then(
      ({ mtime, size }) => `${mtime?.getTime()} ${size}`,
      () => "none",
    );
    const known = this.#known.get(path);
    if (known?.version === version) return await known.value;
    const value = readText(path)
      .catch((error) => rethrowWithoutRoot(error, this.root))
      .then((text) => text === undefined ? undefined : this.parse(text, name));
    this.#known.set(path, { version, value });
    value.catch(() => this.#known.delete(path));
    return await value;
  }
}

/** Throws an error of the store again without the folder it lies in: whom pages are served need not know it. */
export function rethrowWithoutRoot(error: unknown, root: string): never {
  if (!(error instanceof StoreError)) throw error;
  throw new StoreError(error.message.replaceAll(`${root}/`, ""), { cause: error });
}
