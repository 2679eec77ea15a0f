import type { PlotOptions } from "@observablehq/plot";
import type { CurvePlot } from "./curve_plot.ts";
import type { Look } from "./look.ts";

/** One figure of a comparison, to be drawn in a page or into a file. */
export interface Figure {
  /** Stem of its file's name. */
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  /** What marks and lines mean, below the figure. */
  readonly notes: readonly string[];
  /** What it shows, for those who can't see it. */
  readonly alt: string;
  /** For `Plot.plot`, which needs `document` too outside of a browser. */
  readonly options: (look: Look, width?: number) => PlotOptions;
  /** What it draws where that is curves over lengths, for a page that reads them out; `how` where it is one for all. */
  readonly drawn?: Pick<CurvePlot, "curves" | "lengths" | "format"> & { readonly how?: string };
}
