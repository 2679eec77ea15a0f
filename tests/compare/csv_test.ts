import { csv, formulationsCsv, memoryCsv, pointsCsv } from "../../compare/csv.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleComparison } from "./sample_comparison.ts";

/** RFC 4180 back to cells, written apart from what is tested. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  const row: string[] = [];
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    assert(match, `no cell at ${at}: ${text.slice(at, at + 40)}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2]);
    if (match[3] === "\r\n") rows.push(row.splice(0));
  }
  return rows;
}

Deno.test("csv() quotes commas, quotes and line breaks, and they read back", () => {
  const cells = [["plain", 'say "x"', "a,b", "two\r\nlines", ""], ["1", "2", "3", "4", '"']];
  const text = csv(["a", "b", "c", "d", "e"], cells);
  assert(text.startsWith("a,b,c,d,e\r\nplain,"));
  assertEquals(parse(text), [["a", "b", "c", "d", "e"], ...cells]);
});

Deno.test("pointsCsv() has a row for every point and every missing one, numbers in full", () => {
  const comparison = sampleComparison();
  const odd = { ...comparison.points[0], note: 'windows of 2K, "short"' };
  const [head, ...rows] = parse(pointsCsv({ ...comparison, points: [odd, ...comparison.points.slice(1)] }));
  assertEquals(head, ["model", "phase", "tokens", "batch", "us", "lowUs", "highUs", "how", "note"]);
  assertEquals(rows.length, comparison.points.length + comparison.missing.length);
  assert(rows.every((row) => row.length === head.length));
  assertEquals(rows[0].at(-1), odd.note);
  assertEquals(Number(rows[0][4]), odd.us);
  const missing = rows.slice(comparison.points.length);
  assertEquals(missing.map((row) => row[8]), comparison.missing.map((m) => m.reason));
  assert(missing.every((row) => row[4] === "" && row[7] === "missing"));
});

Deno.test("memoryCsv() and formulationsCsv() have a row a record and leave unknown cells empty", () => {
  const comparison = sampleComparison();
  const [head, ...rows] = parse(memoryCsv(comparison));
  assertEquals(rows.length, comparison.memory.length);
  const scratch = rows.map((row) => row[head.indexOf("scratchBytes")]);
  assertEquals(scratch, comparison.memory.map((row) => `${row.scratchBytes ?? ""}`));
  assert(scratch.includes(""));
  assertEquals(parse(formulationsCsv(comparison)).length, comparison.formulations.length + 1);
});
