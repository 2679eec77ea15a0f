import type { Comparison } from "./comparison.ts";
import { deviceName, deviceStack, scopeWords, SOFTWARE_WARNING } from "./device_words.ts";
import type { Figure } from "./figure.ts";
import { figuresOf } from "./figures.ts";
import { headlines } from "./headlines.ts";
import { originSection } from "./origin_section.ts";
import { paperSection } from "./paper_section.ts";
import { tableMarkdown } from "./table.ts";
import { tablesOf } from "./tables.ts";

/**
 * The report of a comparison as Markdown: answers in sentences, figures, tables, the paper's claims beside them, and
 * how each number was come by. `pathOf` gives the path of a figure's file as seen from the report.
 */
export function reportMarkdown(
  comparison: Comparison,
  pathOf: (figure: Figure) => string = ({ name }) => `${name}.svg`,
): string {
  const { device, models, at } = comparison;
  const [first, ...others] = models.map((m) => m.name);
  const last = others.pop();
  const against = last === undefined
    ? ""
    : ` against ${[others.join(", "), last].filter(Boolean).join(" and ")}`;
  const lines = [
    `# ${first}${against}`,
    "",
    `On ${deviceName(device)}, ${deviceStack(device)}, ${at.slice(0, 10)}. ${scopeWords(comparison)}.`,
    "",
    ...(device.software ? [`**${SOFTWARE_WARNING}**`, ""] : []),
    ...answerSections(comparison),
    "## Figures",
    "",
    ...figuresOf(comparison).flatMap((figure) => [
      `![${altOf(figure)}](${encodeURI(pathOf(figure))})`,
      "",
    ]),
    "## Tables",
    "",
    ...tablesOf(comparison).flatMap((table) => tableMarkdown(table, 3)),
    ...paperSection(comparison),
    ...originSection(comparison),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function answerSections(comparison: Comparison): string[] {
  return headlines(comparison, (text) => `**${text}**`).flatMap(({ title, lines }) => [
    `## ${title}`,
    "",
    // A tilde may strike text through.
    ...lines.map((line) => `- ${line.replaceAll("~", "\\~")}`),
    "",
  ]);
}

/** Brackets would end it. */
function altOf({ alt }: Figure): string {
  return alt.replaceAll(/[[\]]/g, "\\$&");
}
