/** Constant tables of a source file; those of the same items stand there once. */
export class Tables {
  readonly #names = new Map<string, string>();
  readonly #definitions: string[] = [];

  /** `define` writes a table of this name and items, as in `static const T name[] = {...};`. */
  constructor(private readonly define: (type: string, name: string, items: readonly string[]) => string) {}

  /** The name of a table of these items, which is new where there is none yet. */
  nameOf(type: string, name: string, items: readonly string[]): string {
    const key = JSON.stringify([type, items]);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    this.#names.set(key, name);
    this.#definitions.push(this.define(type, name, items));
    return name;
  }

  /** Every table, each before those that name it. */
  toString(): string {
    return this.#definitions.join("\n");
  }
}
