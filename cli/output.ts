/** Writes one JSON document to stdout, the only thing `--json` prints there. */
export async function printJson(value: unknown): Promise<void> {
  await writeAll(JSON.stringify(value, jsonNumber, 2) + "\n");
}

/** Writes lines to stdout. */
export async function print(...lines: string[]): Promise<void> {
  await writeAll(lines.map((line) => line + "\n").join(""));
}

/** Writes a line to stderr: progress, notices and errors, so that stdout stays the answer. */
export function note(text: string): void {
  console.error(text);
}

/** JSON has no NaN or infinity; the words survive instead of becoming null. */
function jsonNumber(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** Lines of cells in columns; numbers given in `right` are aligned to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: number[] = [],
): string[] {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => right.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])).join("  ")
      .trimEnd();
  return [line(head), widths.map((w) => "-".repeat(w)).join("  "), ...rows.map(line)];
}

/** A reader such as `head` may close the pipe early: that ends the program quietly. */
async function writeAll(text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}
