/** One table, for a terminal and for Markdown alike. */
export interface Table {
  readonly title: string;
  /** What its numbers are, in one sentence. */
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of words; all others hold numbers and are aligned to the right. */
  readonly words: readonly number[];
  /** What marks mean, and the reasons of missing numbers. */
  readonly notes: readonly string[];
}

/** The table for a terminal: title, caption, columns, notes. */
export function tableLines({ title, caption, head, rows, words, notes }: Table): string[] {
  const marks = head.map((_, i) => rows.some((row) => MARK.test(row[i])));
  const cells = rows.map((row) => row.map((cell, i) => marks[i] && !MARK.test(cell) ? `${cell}  ` : cell));
  const widths = head.map((cell, i) => Math.max(cell.length, ...cells.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => words.includes(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ")
      .trimEnd();
  return [
    title,
    caption,
    "",
    line(head),
    widths.map((w) => "-".repeat(w)).join("  "),
    ...cells.map(line),
    ...notes.map((note) => `  ${note}`),
  ];
}

/** The table as GitHub's Markdown, under a heading of `level`. */
export function tableMarkdown({ title, caption, head, rows, words, notes }: Table, level: number): string[] {
  const line = (row: readonly string[]) => `| ${row.map(escapeCell).join(" | ")} |`;
  return [
    `${"#".repeat(level)} ${title}`,
    "",
    caption,
    "",
    line(head),
    `| ${head.map((_, i) => words.includes(i) ? "---" : "--:").join(" | ")} |`,
    ...rows.map(line),
    ...(notes.length > 0 ? ["", ...notes.map((note) => `- ${escapeCell(note)}`)] : []),
    "",
  ];
}

/** A number's mark, ` i` or ` p`; digits of marked and unmarked ones stay below each other. */
const MARK = / [ip]$/;

/** Signs that would end a cell, strike text through or start a tag. */
function escapeCell(text: string): string {
  return text.replaceAll(/[\\|~<*]/g, "\\$&").replaceAll("\n", " ");
}
