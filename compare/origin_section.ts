import { type Comparison, HOW, type How } from "./comparison.ts";
import { deviceName, deviceStack, scopeWords } from "./device_words.ts";
import { formatBytes, formatTokens, threeDigits } from "./quantities.ts";
import { type Table, tableMarkdown } from "./table.ts";

const MEANING: Readonly<Record<How, string>> = {
  measured: "it ran at this size",
  integrated: "summed from windows that ran at several prefix lengths",
  projected: "a fit or a bound, at least in part; nothing of this size ran whole",
};

/** How the numbers were come by: kinds, device, models and the kernels' variants. */
export function originSection(comparison: Comparison): string[] {
  const { points, missing, models } = comparison;
  const kinds = HOW.flatMap((how) => {
    const mine = points.filter((p) => p.how === how);
    if (mine.length === 0) return [];
    const notes = [...new Set(mine.flatMap((p) => p.note ?? []))];
    return [
      `- ${mine.length} of ${points.length} times ${how}: ${MEANING[how]}.`,
      ...notes.map((note) => `  - ${note}`),
    ];
  });
  return [
    "## How the numbers were obtained",
    "",
    `${
      scopeWords(comparison)
    }. A model's time is the time of one layer of each kind times the number of such ` +
    "layers. Intervals are 95 %; where something is projected they hold the fit's " +
    "or the bound's doubt as well. Those of a ratio come from the ends of their parts.",
    "",
    ...kinds,
    ...(missing.length > 0 ? [`- ${missing.length} missing; the reasons are below the tables.`] : []),
    "",
    ...deviceLines(comparison),
    "",
    "Models:",
    "",
    ...models.map(({ name, doc, source }) => `- ${name}: ${doc}.${source ? ` Sizes from ${source}.` : ""}`),
    "",
    ...variantSection(comparison),
  ];
}

function deviceLines({ device, ceilings, at, memoryBytes }: Comparison): string[] {
  const rows = [
    ["Device", deviceName(device)],
    ["WebGPU", deviceStack(device)],
    ["Runtime", device.runtime],
    ["Memory", memoryBytes === undefined ? "not known" : formatBytes(memoryBytes)],
    ["Read bandwidth, measured", `${threeDigits(ceilings.readGBps)} GB/s`],
    ["f32 multiply-adds, measured", `${threeDigits(ceilings.f32Tflops)} TFLOP/s`],
    [
      "f16 products on matrix units, measured",
      ceilings.matrixTflops === undefined ? "none" : `${threeDigits(ceilings.matrixTflops)} TFLOP/s`,
    ],
    ["Compared at", at],
  ];
  return ["| | |", "| --- | --- |", ...rows.map((row) => `| ${row.join(" | ")} |`)];
}

function variantSection(comparison: Comparison): string[] {
  const table = variantsTable(comparison);
  return table.rows.length > 0 ? tableMarkdown(table, 3) : [];
}

/** Which variant of which kernel was timed, and where. */
function variantsTable({ points }: Comparison): Table {
  const uses = new Map<string, { phase: string; label: string; variant: string; tokens: Set<number> }>();
  for (const { phase, tokens, parts } of points) {
    for (const { label, variant } of parts) {
      if (variant === undefined) continue;
      const key = `${phase} ${variant}`;
      const use = uses.get(key) ?? { phase, label, variant, tokens: new Set() };
      use.tokens.add(tokens);
      uses.set(key, use);
    }
  }
  return {
    title: "Variants timed",
    caption: "`deno task variants` tells what a variant's words mean.",
    head: ["phase", "layer", "variant", "lengths"],
    rows: [...uses.values()].map(({ phase, label, variant, tokens }) => [
      phase,
      label,
      `\`${variant}\``,
      [...tokens].sort((a, b) => a - b).map(formatTokens).join(" "),
    ]),
    words: [0, 1, 2, 3],
    notes: [],
  };
}
