import { figuresOf } from "../../compare/figures.ts";
import { tableLines, tableMarkdown } from "../../compare/table.ts";
import { tablesOf } from "../../compare/tables.ts";
import { assert, assertEquals } from "../assert.ts";
import { matchSnapshot } from "./match_snapshot.ts";
import { sampleComparison } from "./sample_comparison.ts";

Deno.test("tablesOf() is its snapshot, on a terminal", () =>
  matchSnapshot(
    "tables.txt",
    tablesOf(sampleComparison()).map((table) => tableLines(table).join("\n") + "\n").join("\n"),
  ));

Deno.test("tablesOf(): every row has the head's cells, every dash a reason, every mark a meaning", () => {
  for (const names of [["kimi-linear-48b"], ["full-mla-48b", "mha-48b"], undefined]) {
    for (const { title, head, rows, notes } of tablesOf(sampleComparison(names))) {
      for (const row of rows) assertEquals(row.length, head.length, title);
      const cells = rows.flat();
      for (const cell of cells.filter((text) => text.startsWith("-"))) {
        const number = /^- (\(\d+\))$/.exec(cell)?.[1];
        assert(number && notes.some((note) => note.startsWith(number)), `${title}: ${cell}`);
      }
      assertEquals(cells.some((text) => / p$/.test(text)), notes.some((note) => note.startsWith("~")), title);
      assertEquals(
        cells.some((text) => / i$/.test(text)),
        notes.some((note) => note.startsWith("i:")),
        title,
      );
    }
  }
});

Deno.test("tablesOf(): a projected time is marked in its table and in every ratio made of it", () => {
  const comparison = sampleComparison();
  const cell = (title: string, context: string, column: string) => {
    const table = tablesOf(comparison).find((t) => t.title === title)!;
    return table.rows.find((row) => row[0] === context)![table.head.indexOf(column)];
  };
  const projected = /^~.* p$/;
  assert(projected.test(cell("Prefill", "512K", "full-mla-48b")));
  assert(!projected.test(cell("Prefill", "512K", "kimi-linear-48b")));
  assert(projected.test(cell("kimi-linear-48b against full-mla-48b", "512K", "prefill")));
  assert(!/[ip]$/.test(cell("Prefill", "64K", "full-mla-48b")));
});

Deno.test("tablesOf(): an interval that holds 1 is called a tie, another is not", () => {
  const table = tablesOf(sampleComparison()).find((t) => t.title.endsWith("against gdn-hybrid-48b"))!;
  const decode = table.rows.map((row) => row[table.head.indexOf("decode, batch 1")]);
  assert(decode.every((cell) => cell.includes("tie")), decode.join());
  assert(!table.rows[0][1].includes("tie"), table.rows[0][1]);
});

Deno.test("tableMarkdown() escapes what would end a cell or strike it through", () => {
  const lines = tableMarkdown(
    { title: "T", caption: "C", head: ["a", "b"], rows: [["x|y", "~1 p"]], words: [0], notes: ["(1) a|b"] },
    3,
  );
  assertEquals(lines.slice(0, 7), [
    "### T",
    "",
    "C",
    "",
    "| a | b |",
    "| --- | --: |",
    "| x\\|y | \\~1 p |",
  ]);
  assert(lines.includes("- (1) a\\|b"));
});

Deno.test("tablesOf() and figuresOf() say of a formulation that nobody looked for its best variant", () => {
  const comparison = sampleComparison();
  const formulations = comparison.formulations.map((point) => ({
    ...point,
    tuned: point.formulation !== "recurrent",
  }));
  const { head } = tablesOf({ ...comparison, formulations }).find((t) => t.title.startsWith("Formulations"))!;
  assertEquals(head, ["tokens", "chunked", "recurrent (untuned)", "matrix"]);
  const { alt } = figuresOf({ ...comparison, formulations }).find((f) => f.name.startsWith("formulations"))!;
  assert(alt.includes("recurrent (untuned): ") && !alt.includes("matrix (untuned)"), alt);
});
