import type {} from "hono"; // whose ContextRenderer is told about pages below
import type { ComponentChild } from "preact";
import type { Comparison } from "../../compare/comparison.ts";
import type { PngAssets } from "../../compare/png.ts";
import type { Stages } from "../../profiles/stages.ts";
import type { Profile, Trial } from "../../profiles/schema.ts";
import type { Upload } from "../../profiles/upload.ts";
import type { LiveEvent } from "./live/live_event.ts";

/** A device's folder of the store. */
export interface ShelvedDevice {
  /** Name of its folder, and its word in URLs. */
  readonly slug: string;
  readonly profile: Profile;
  /** Families with trials on disk, in the order of the registry; others by name behind them. */
  readonly families: readonly string[];
  /** When its comparison was stored; undefined where there is none. */
  readonly comparedAt?: Date;
}

export interface ShelvedTrials {
  readonly trials: readonly Trial[];
  /** What could not be read, a sentence each. */
  readonly warnings: readonly string[];
}

/** What became of an upload. */
export interface KeptUpload {
  readonly slug: string;
  /** Trials that were not there yet. */
  readonly added: number;
}

/** The stored profiles as pages read them: parsed once, and again when a file changed. Never writes while reading. */
export interface Shelf {
  devices(): Promise<{ devices: readonly ShelvedDevice[]; warnings: readonly string[] }>;
  /** The device of that slug; undefined for any other text, paths included. */
  device(slug: string): Promise<ShelvedDevice | undefined>;
  /** Trials of one family, oldest first. Throws StoreError where the file is of a newer version. */
  trials(device: ShelvedDevice, family: string): Promise<ShelvedTrials>;
  /** The stored comparison; undefined where there is none. Throws StoreError where it can't be read. */
  comparison(device: ShelvedDevice): Promise<Comparison | undefined>;
  /** Stages of its winners; undefined where there are none. Throws StoreError where they can't be read. */
  stages(device: ShelvedDevice): Promise<Stages | undefined>;
  /** Adds a checked upload to its device's trials and chooses winners anew. Throws StoreError where the disk refuses. */
  keep(upload: Upload): Promise<KeptUpload>;
  /** Every trial anybody stores from now on, until `signal` aborts. */
  follow(signal: AbortSignal): AsyncIterable<LiveEvent>;
}

/** What the edge hands to every request. */
export interface Bindings {
  readonly shelf: Shelf;
  /** Asked of every request where the server listens beyond this machine. */
  readonly token?: string;
  /** URL paths of built files by source, as "app/client.ts". */
  readonly assets: Readonly<Record<string, string>>;
  /** What drawing PNGs needs, read when first asked for. */
  readonly pngAssets: () => Promise<PngAssets>;
  /** Aborts when the server stops: streams must end. */
  readonly ending: AbortSignal;
}

export interface Env {
  Bindings: Bindings;
}

/** The section of the navigation a page belongs to. */
export type Section = "overview" | "compare" | "devices" | "tune" | "live" | "portability";

declare module "hono" {
  interface ContextRenderer {
    (
      content: ComponentChild,
      props: { readonly title: string; readonly section?: Section },
    ): Response | Promise<Response>;
  }
}
