import { type Answers, answersOf } from "./answers.ts";
import type { Comparison } from "./comparison.ts";
import { Footnotes } from "./footnotes.ts";
import { attends } from "./kernel_calls.ts";
import type { Model } from "./model.ts";
import { PAPER_CLAIMS } from "./paper.ts";
import { formatPercent, formatTokens, threeDigits } from "./quantities.ts";
import { formatRatio } from "./ratio_tables.ts";
import { type Table, tableMarkdown } from "./table.ts";

const [MODEL, BASELINE] = ["kimi-linear-48b", "full-mla-48b"];

/** The paper's claims beside what this comparison found, and why they differ; empty without the paper's two models. */
export function paperSection(comparison: Comparison): string[] {
  const answers = answersOf(comparison).find((a) => a.model === MODEL && a.against === BASELINE);
  if (!answers) return [];
  return [
    ...tableMarkdown(claimsTable(answers), 2),
    "They need not agree, for these reasons:",
    "",
    ...reasons(comparison).map((reason) => `- ${reason}`),
    "",
  ];
}

/** The claims of arXiv 2510.26692 at 1M tokens beside the longest length here. */
function claimsTable({ ratios, batched, saved }: Answers): Table {
  const notes = new Footnotes();
  const ratio = (of: Answers["ratios"]) => {
    const last = of.at(-1);
    if (!last) return [notes.missing("No ratio of the two."), ""];
    return [notes.text(formatRatio(last), last.how), formatTokens(last.tokens)];
  };
  const share = saved.at(-1);
  const { decodeRatio, decodeRatioBatch1, prefillRatio, cacheSaved } = PAPER_CLAIMS;
  return {
    title: "Beside the paper's claims",
    caption: `Times faster than full MLA, arXiv 2510.26692 at 1M tokens, and here at the longest length.`,
    head: ["claim", "paper", "here", "here at"],
    rows: [
      ["decode, the paper's batches; the largest ones here", `${decodeRatio}`, ...ratio(batched)],
      [
        "decode, batch 1",
        `${decodeRatioBatch1}`,
        ...ratio(ratios.filter((r) => r.phase === "decode")),
      ],
      ["prefill", `${prefillRatio}`, ...ratio(ratios.filter((r) => r.phase === "prefill"))],
      [
        "cache saved; states and conv inputs counted here",
        formatPercent(cacheSaved),
        ...(share
          ? [formatPercent(share.share), formatTokens(share.tokens)]
          : [notes.missing("No memory was counted."), ""]),
      ],
    ],
    words: [0],
    notes: notes.lines(),
  };
}

function reasons({ withProjections, models, memoryBytes, untuned }: Comparison): string[] {
  const of = (name: string) => attentionLayers(models.find((m) => m.name === name)!);
  const [few, all] = [of(MODEL), of(BASELINE)];
  return [
    "One GPU here. The paper states neither its hardware nor how a model is spread over it; its prefill of 1M " +
    "tokens with full MLA, 3.0e17 operations of attention in 65.5 s, is 4.6 PFLOP/s, more than one GPU of its time " +
    "computes in 16 bits.",
    withProjections
      ? "Projections and experts are in these times as least times, from measured bandwidth and rate; the " +
        "paper's are of a whole running model."
      : "Token mixing only here. The paper's times hold projections, experts and all else, some 5 ms a token, " +
        `the same on both sides, which draws its ratios towards 1. Without them the ratio of decode at batch 1 ` +
        `tends to ${all}/${few} = ${threeDigits(all / few)}, the layers that read a cache.`,
    "Its 6.3 compares unlike batches: the smaller cache lets more sequences run at a time. It does not state " +
    "them; at batch 1 its own figure says 2.2. " +
    (memoryBytes === undefined
      ? "Here the device's memory is not known, so there are no largest batches."
      : "Here they are the largest that fit the device, which are others."),
    "The baseline is full MLA in both, whose cache is small already; against MHA, with a cache 14 times as large, " +
    "decode would differ more.",
    "One layer of each kind is timed alone and multiplied by how many there are: nothing overlaps, and what " +
    "lies between layers is not in it.",
    `Kernels differ: these are WebGPU kernels${
      untuned?.length === 0 ? " tuned here" : ""
    }, the paper's are its own on an unstated device.`,
  ];
}

function attentionLayers({ layers }: Model): number {
  return layers.reduce((sum, { layers, mixer }) => sum + (attends(mixer) ? layers : 0), 0);
}
