import type { Config } from "../kernels/core/space.ts";
import type { Trial } from "../profiles/schema.ts";

/** Finalists are within this share of the best, or their interval overlaps its own. */
const FINALIST_SHARE = 1.05;
const MOST_FINALISTS = 4;
/** Looks a finalist has had when its time is believed: one by the search, two turn by turn with its rivals. */
const FINALIST_LOOKS = 3;

/**
 * The trials of one workload by variant.
 *
 * A search goes by the first look at each variant, so that a second run walks the same way and asks for nothing new;
 * the last look is the one that counts.
 */
export class Looks {
  readonly #first = new Map<string, Trial>();
  readonly #last = new Map<string, Trial>();
  readonly #count = new Map<string, number>();

  constructor(trials: Iterable<Trial>) {
    for (const trial of trials) this.add(trial);
  }

  add(trial: Trial): void {
    const id = trial.variant;
    if (!this.#first.has(id)) this.#first.set(id, trial);
    this.#last.set(id, trial);
    this.#count.set(id, (this.#count.get(id) ?? 0) + 1);
  }

  first(variant: string): Trial | undefined {
    return this.#first.get(variant);
  }
  last(variant: string): Trial | undefined {
    return this.#last.get(variant);
  }

  /** The fastest variant by last looks; undefined before one passed. */
  get best(): Trial | undefined {
    let best: Trial | undefined;
    for (const trial of this.#last.values()) {
      if (trial.timing && trial.timing.medianUs < (best?.timing?.medianUs ?? Infinity)) best = trial;
    }
    return best;
  }

  /**
   * Configs close enough to the best to be looked at again, the one with the fewest looks first. A lucky first look
   * loses its lead in the second one, which lets others in, until all that lead have been looked at often enough.
   * None where one stands alone.
   */
  due(): Config[] {
    const leader = this.best?.timing;
    if (!leader) return [];
    const limit = leader.medianUs * FINALIST_SHARE;
    const close = [...this.#last.values()]
      .filter(({ timing }) => timing && (timing.medianUs <= limit || timing.lowUs <= leader.highUs))
      .sort((a, b) => a.timing!.medianUs - b.timing!.medianUs).slice(0, MOST_FINALISTS);
    if (close.length < 2) return [];
    const looks = (trial: Trial) => this.#count.get(trial.variant)!;
    return close.filter((trial) => looks(trial) < FINALIST_LOOKS).sort((a, b) => looks(a) - looks(b))
      .map((trial) => trial.config);
  }
}
