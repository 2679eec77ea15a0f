/** Lengths of the paper's curves, tokens. */
export const PAPER_TOKENS = [4, 8, 16, 32, 64, 128, 256, 512, 1024].map((k) => k * 1024);

/** A curve of arXiv 2510.26692, read off a figure; the paper states neither hardware nor parallelism. */
export interface PaperCurve {
  readonly figure: string;
  readonly model: string;
  readonly phase: "prefill" | "decode";
  /** us a prompt, or us a token, at PAPER_TOKENS. */
  readonly us: readonly number[];
  /** True for figure 1b, whose batches are as large as fit: us a token of one sequence among them. */
  readonly batched: boolean;
}

const curve = (
  figure: string,
  model: string,
  phase: PaperCurve["phase"],
  values: readonly number[],
  unitUs: number,
): PaperCurve => ({ figure, model, phase, us: values.map((v) => v * unitUs), batched: figure === "1b" });

const S = 1e6, MS = 1e3;
const MLA = "full-mla-48b", GDN = "gdn-hybrid-48b", KIMI = "kimi-linear-48b";

export const PAPER_CURVES: readonly PaperCurve[] = [
  curve("7a", MLA, "prefill", [.064, .099, .182, .359, .796, 2.005, 5.764, 18.629, 65.46], S),
  curve("7a", GDN, "prefill", [.099, .123, .184, .324, .624, 1.341, 3.101, 7.847, 22.415], S),
  curve("7a", KIMI, "prefill", [.096, .125, .186, .327, .643, 1.397, 3.214, 8.068, 22.753], S),
  curve("7b", MLA, "decode", [5.32, 5.37, 6.20, 6.52, 6.88, 7.67, 9.10, 11.96, 17.76], MS),
  curve("7b", GDN, "decode", [5.07, 5.07, 5.32, 5.39, 5.48, 5.75, 5.97, 6.62, 7.94], MS),
  curve("7b", KIMI, "decode", [5.09, 5.12, 5.37, 5.41, 5.53, 5.74, 6.00, 6.66, 7.99], MS),
  curve("1b", MLA, "decode", [.093, .134, .213, .40, .781, 1.83, 3.10, 5.88, 11.48], MS),
  curve("1b", KIMI, "decode", [.10, .09, .09, .10, .15, .46, .65, 1.05, 1.84], MS),
];

/** What the paper claims at 1M tokens. */
export const PAPER_CLAIMS = { decodeRatio: 6.3, decodeRatioBatch1: 2.2, prefillRatio: 2.9, cacheSaved: 0.75 };

/** What a figure says that shows the paper's curves. */
export const PAPER_NOTE =
  "Thin lines: arXiv 2510.26692 (7a prefill, 7b decode at batch 1, 1b decode with larger batches), whole models on " +
  "hardware it does not state.";
