import Prism from "prismjs";
import "prismjs/components/prism-wgsl.js";

/** A piece of a line and what it is, as "keyword"; undefined for plain text. */
export interface Piece {
  readonly text: string;
  readonly kind?: Kind;
}
export type Kind = (typeof KINDS)[number];

const KINDS = [
  "comment",
  "keyword",
  "builtin",
  "number",
  "function",
  "attr-name",
  "operator",
  "punctuation",
] as const;

interface Token {
  readonly type: string;
  readonly content: string | Token | readonly (string | Token)[];
  readonly alias?: string | readonly string[];
}

/** The lines of a WGSL text in pieces; joined they are the text. */
export function wgslLines(code: string): readonly (readonly Piece[])[] {
  const lines: Piece[][] = [[]];
  const add = (text: string, kind?: Kind) => {
    for (const [i, part] of text.split("\n").entries()) {
      if (i > 0) lines.push([]);
      if (part !== "") lines.at(-1)!.push({ text: part, ...(kind && { kind }) });
    }
  };
  const walk = (token: string | Token, outer?: Kind) => {
    if (typeof token === "string") return add(token, outer);
    const kind = KINDS.find((known) => known === token.type || [token.alias].flat().includes(known)) ?? outer;
    for (const inner of [token.content].flat()) walk(inner as string | Token, kind);
  };
  for (const token of Prism.tokenize(code, Prism.languages.wgsl) as (string | Token)[]) walk(token);
  return lines;
}
