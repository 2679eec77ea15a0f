// The numbers behind the Compare page's figures: marks of what was not measured, and a reason for every gap.
import type { Comparison } from "../../compare/comparison.ts";
import { formatMicroseconds } from "../../compare/quantities.ts";
import { choiceOf } from "../../dashboard/app/compare/choice.ts";
import { lengthsTable } from "../../dashboard/app/compare/lengths_table.ts";
import { narrowed } from "../../dashboard/app/compare/narrow.ts";
import type { ShelvedDevice } from "../../dashboard/app/env.ts";
import { assert, assertEquals } from "../assert.ts";
import { sampleComparison } from "../compare/sample_comparison.ts";

const [KIMI, MLA, GDN] = ["kimi-linear-48b", "full-mla-48b", "gdn-hybrid-48b"];
const all = sampleComparison();

/** The table of devices "A", "B" ... with these comparisons. */
function tableOf(query: string, ...comparisons: Comparison[]) {
  const choice = choiceOf(new URLSearchParams(query), [], comparisons);
  const shown = comparisons.map((comparison, i) => ({
    label: "AB"[i],
    comparison: narrowed(comparison, choice)!,
    device: {} as ShelvedDevice,
  }));
  return lengthsTable({ choice, shown, offered: { devices: [], models: [], lengths: [] } });
}

Deno.test("lengthsTable() has a row a length and a column a model for each quantity", () => {
  const { lengths, quantities } = tableOf(`model=${KIMI}&against=${MLA}&against=${GDN}`, all);
  assertEquals(lengths.length, 9);
  assertEquals(quantities.map((q) => q.title), ["Prefill", "Time per token", "Memory of a sequence"]);
  for (const { models, rows } of quantities) {
    assertEquals(models, [KIMI, MLA, GDN]);
    assertEquals(rows.map((row) => row.length), Array(9).fill(3));
  }
  const [{ us }] = all.points.filter((p) => p.model === KIMI && p.phase === "prefill");
  assertEquals(quantities[0].rows[0][0], formatMicroseconds(us));
});

Deno.test("lengthsTable() marks integrated and projected numbers and says what marks mean", () => {
  const { quantities: [prefill], notes } = tableOf("", all);
  const [at4K, at128K, at1M] = [0, 5, 8].map((row) => prefill.rows[row]);
  assert(at4K.every((cell) => /^[\d.]+ m?s$/.test(cell)), at4K.join());
  assert(at128K[0].endsWith(" i"), at128K[0]);
  assert(/^~.* p$/.test(at1M[1]), at1M[1]);
  for (const word of ["measured", "integrated", "projected"]) {
    assert(notes.some((note) => note.includes(word)), `${word} in ${notes}`);
  }
});

Deno.test("lengthsTable() gives the reason of every gap, once", () => {
  const { quantities, notes } = tableOf(`model=${KIMI}&against=${GDN}`, all);
  assertEquals(quantities[0].rows[8][1], "- (1)");
  assert(notes.includes(`(1) ${GDN}: Its windows did not end within the budget, 10m.`), notes.join("\n"));
  const gaps = quantities.flatMap((q) => q.rows.flat()).filter((cell) => cell.startsWith("-"));
  assertEquals(gaps, ["- (1)"]);
});

Deno.test("lengthsTable() shows the largest batches with their sequences, and why there are none", () => {
  const { quantities: [, decode], notes } = tableOf(`model=${KIMI}&against=${GDN}&batch=largest`, all);
  assertEquals(decode.title, "Time per token [sequences]");
  assert(/ \[\d+\]/.test(decode.rows[0][0]), decode.rows[0][0]);
  assert(/^- \(\d\)$/.test(decode.rows[8][1]), decode.rows[8][1]);
  assert(
    notes.some((note) => /gdn-hybrid-48b: Buffers of \d+ sequences exceed/.test(note)),
    notes.join("\n"),
  );

  const full = {
    ...all,
    memory: all.memory.map((row) => ({ ...row, largestBatch: row.model === GDN ? 0 : 1 })),
  };
  const none = tableOf(`model=${KIMI}&against=${GDN}&batch=largest`, full);
  assert(none.notes.some((note) => note.includes("not even one sequence fits")), none.notes.join("\n"));
});

Deno.test("lengthsTable() keeps one sequence where no batch is known", () => {
  const memory = all.memory.map(({ largestBatch: _, ...row }) => row);
  const { quantities } = tableOf("batch=largest", { ...all, memory });
  assertEquals(quantities[1].title, "Time per token");
});

Deno.test("lengthsTable() says what was noted of single numbers, equal words together", () => {
  const { asides } = tableOf("", all);
  assert(asides.length > 0);
  assertEquals(new Set(asides).size, asides.length);
  const mla = asides.find((aside) => aside.startsWith(`${MLA}, prefill`))!;
  assert(mla.includes("512K, 1M"), mla);
});

Deno.test("lengthsTable() puts devices beside each other and counts a model's memory once", () => {
  const { quantities } = tableOf("", all, all);
  assertEquals(quantities[0].models, [`${KIMI} on A`, `${KIMI} on B`, `${MLA} on A`, `${MLA} on B`]);
  assertEquals(quantities[2].models, [KIMI, MLA]);
});

Deno.test("lengthsTable() without any number still has its rows and says that nothing was asked for", () => {
  const bare: Comparison = {
    ...all,
    points: [],
    memory: [],
    missing: [{ model: KIMI, phase: "prefill", tokens: 4096, batch: 1, reason: "no kernel runs here" }],
  };
  const { lengths, quantities, notes } = tableOf("", bare);
  assertEquals(lengths, [4096]);
  assert(quantities.every((q) => q.rows.flat().every((cell) => /^- \(\d\)$/.test(cell))));
  assert(notes.some((note) => note.includes("no kernel runs here")));
});
