import { formulationCrossovers } from "./answers.ts";
import type { Comparison, FormulationPoint } from "./comparison.ts";
import { Footnotes } from "./footnotes.ts";
import { formatTokens } from "./quantities.ts";
import { crossoverWords, spanOf } from "./crossover_words.ts";
import type { Table } from "./table.ts";

/** Times of a kernel's formulations, a table a family, a column a formulation. */
export function formulationTables({ formulations }: Comparison): Table[] {
  const families = [...new Set(formulations.map((p) => p.family))];
  return families.map((family) => formulationTable(family, formulations.filter((p) => p.family === family)));
}

/** A formulation's name, and whether nobody looked for its best variant. */
export function formulationLabel(points: readonly FormulationPoint[], name: string): string {
  return points.some((p) => p.formulation === name && p.tuned !== false) ? name : `${name} (untuned)`;
}

function formulationTable(family: string, points: readonly FormulationPoint[]): Table {
  const names = [...new Set(points.map((p) => p.formulation))];
  const lengths = [...new Set(points.map((p) => p.tokens))].sort((a, b) => a - b);
  const notes = new Footnotes();
  const rows = lengths.map((tokens) => [
    formatTokens(tokens),
    ...names.map((name) => {
      const point = points.find((p) => p.formulation === name && p.tokens === tokens);
      return point ? notes.time(point, 1e3) : notes.missing("It did not run at this length.");
    }),
  ]);
  const common = (name: string) =>
    lengths.filter((tokens) =>
      ["recurrent", name].every((one) => points.some((p) => p.formulation === one && p.tokens === tokens))
    );
  return {
    title: `Formulations of ${family}`,
    caption: "Time of one layer, ms, by the algorithm its kernel uses.",
    head: ["tokens", ...names.map((name) => formulationLabel(points, name))],
    rows,
    words: [0],
    notes: [
      ...formulationCrossovers(points).flatMap(({ formulation, crossover }) => {
        const both = common(formulation);
        return both.length === 0
          ? []
          : [`${crossoverWords(crossover, formulation, "recurrent", spanOf(both))}.`];
      }),
      ...points.flatMap(({ formulation, tokens, note }) =>
        note === undefined ? [] : [`${formulation} at ${formatTokens(tokens)} tokens: ${note}.`]
      ),
      ...notes.lines(),
    ],
  };
}
