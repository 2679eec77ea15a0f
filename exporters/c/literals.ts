/** Bytes of a literal: C99 promises 4095 characters, MSVC takes 16380. */
const MOST_BYTES = 4000;

const encoder = new TextEncoder();

/** A C string literal; bytes beyond ASCII are octal, since hexadecimal escapes don't end. */
export function quoted(text: string): string {
  let out = "";
  for (const byte of encoder.encode(text)) {
    const letter = String.fromCharCode(byte);
    if (letter === "\n") out += "\\n";
    else if (letter === '"' || letter === "\\" || letter === "?") out += `\\${letter}`;
    else if (byte < 32 || byte > 126) out += `\\${byte.toString(8).padStart(3, "0")}`;
    else out += letter;
  }
  return `"${out}"`;
}

/** A literal, or NULL where there is no text. */
export const quotedOrNull = (text: string | undefined): string => text === undefined ? "NULL" : quoted(text);

/** A text as pieces of whole lines, each short enough for one literal. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let piece = "";
  let bytes = 0;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const more = encoder.encode(line).length;
    if (more > MOST_BYTES) throw new RangeError(`Cannot write a line of ${more} bytes as a C string literal`);
    if (bytes + more > MOST_BYTES) {
      pieces.push(piece);
      piece = "";
      bytes = 0;
    }
    piece += line;
    bytes += more;
  }
  return [...pieces, piece];
}

/** A piece as literals of a line each, which C joins. */
export const literalLines = (piece: string): string =>
  (piece.match(/[^\n]*\n|[^\n]+$/g) ?? [""]).map((line) => `    ${quoted(line)}`).join("\n");

/** Bytes of a text without the 0 at its end. */
export const byteLength = (text: string): number => encoder.encode(text).length;
