/** Colours of a figure: CSS variables of a page, or fixed ones in a file. */
export interface Look {
  readonly ink: string;
  readonly muted: string;
  readonly faint: string;
  /** Behind the figure, inside of hollow marks. */
  readonly paper: string;
  readonly series: readonly string[];
}

/** Okabe and Ito's colours, which colour-blind readers tell apart, darkened where text in them was hard to read. */
const SERIES = ["#0072b2", "#c94f00", "#00795a", "#9b4d86", "#7a5c00", "#2b7fa8"];

/** Files have a white background. */
export const FILE_LOOK: Look = {
  ink: "#1b1f24",
  muted: "#57606a",
  faint: "#d8dee4",
  paper: "#ffffff",
  series: SERIES,
};

/** A page sets --figure-ink, --figure-muted, --figure-faint, --figure-paper and --figure-1 to --figure-6, or none. */
export const PAGE_LOOK: Look = {
  ink: "var(--figure-ink, currentColor)",
  muted: "var(--figure-muted, #808a94)",
  faint: "var(--figure-faint, rgb(128 138 148 / 0.3))",
  paper: "var(--figure-paper, Canvas)",
  series: SERIES.map((colour, i) => `var(--figure-${i + 1}, ${colour})`),
};

/** A mark's shape says which curve it is where colours can't. */
export const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "wye"] as const;
