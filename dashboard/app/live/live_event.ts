import type { Trial } from "../../../profiles/schema.ts";

/** A stored trial as an open page is told of it. */
export interface LiveTrial
  extends Pick<Trial, "family" | "variant" | "axes" | "status" | "at" | "rooflinePercent"> {
  /** Folder of its device. */
  readonly device: string;
  /** Its family, or what it was made for: `comparison`. */
  readonly collection: string;
  readonly medianUs?: number;
  /** Tunables other than the family's initial ones. */
  readonly changes: string;
}

/** Who is there: sent first, and again and again as a sign of life. */
export interface LiveHello {
  readonly devices: readonly { readonly slug: string; readonly name: string; readonly software: boolean }[];
  /** Devices a tuner works on now, by slug. */
  readonly tuning: readonly string[];
}

export type LiveEvent =
  | { readonly kind: "hello"; readonly data: LiveHello }
  | { readonly kind: "trial"; readonly data: LiveTrial };
