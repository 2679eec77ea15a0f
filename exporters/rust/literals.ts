/** A Rust string literal of one line; what isn't printed, or turns the text around, by its number. */
export const quoted = (text: string): string =>
  `"${
    text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n").replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
      (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`,
    )
  }"`;

/** `Some` of a literal, or `None` where there is no text. */
export const quotedOption = (text: string | undefined): string =>
  text === undefined ? "None" : `Some(${quoted(text)})`;

/** A raw literal, which reads as the text itself. */
export function raw(text: string): string {
  const runs = (text.match(/"#*/g) ?? []).map((run) => run.length);
  const marks = "#".repeat(Math.max(1, ...runs));
  return `r${marks}"${text}"${marks}`;
}

/** A number as f64: Rust takes no whole number for one. */
export const float = (value: number): string => /[.e]/.test(`${value}`) ? `${value}` : `${value}.0`;

/** Items of a list as Rust writes them, after an ampersand. */
export const slice = (items: readonly string[]): string => `&[${items.join(", ")}]`;
