import { headlines } from "../../compare/headlines.ts";
import type { Figure } from "../../compare/figure.ts";
import { ratioFigures } from "../../compare/ratio_figures.ts";
import type { Shelf, ShelvedDevice } from "./env.ts";

/** What the newest comparison says first. */
export interface Headline {
  readonly device: ShelvedDevice;
  readonly title: string;
  readonly lines: readonly string[];
  /** ISO date and time it was measured. */
  readonly at: string;
  /** How many times faster, by length; undefined where the two have no length in common. */
  readonly figure?: Figure;
}

/** The first question of the newest comparison that can be read. */
export async function newestHeadline(
  shelf: Shelf,
  devices: readonly ShelvedDevice[],
): Promise<Headline | undefined> {
  const compared = devices.filter((d) => d.comparedAt)
    // A software adapter's numbers are no headline where a GPU's are there.
    .sort((a, b) =>
      Number(a.profile.device.software) - Number(b.profile.device.software) ||
      b.comparedAt!.getTime() - a.comparedAt!.getTime()
    );
  for (const device of compared) {
    const comparison = await shelf.comparison(device).catch(() => undefined);
    const [first] = comparison ? headlines(comparison) : [];
    if (comparison && first) {
      return { device, ...first, at: comparison.at, figure: ratioFigures(comparison)[0] };
    }
  }
}
