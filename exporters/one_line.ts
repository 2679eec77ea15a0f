/** A driver's words for a line of a text: what ends a line, isn't printed or turns the text around is a space. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
