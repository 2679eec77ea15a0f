import { deviceName } from "../compare/device_words.ts";
import type { Trial } from "../profiles/schema.ts";
import { listDevices } from "../profiles/store_fs.ts";
import { parseTrialLine } from "../profiles/trial_line.ts";
import { tunableChanges } from "./app/tunable_changes.ts";
import type { LiveEvent, LiveHello, LiveTrial } from "./app/live/live_event.ts";

const LOOK_MS = 300;
const HELLO_MS = 15_000;
const NEWLINE = 10;

/**
 * Trials of every device under a folder as they are appended, whoever appends them. All followers share one look at the
 * folder; nobody looks while nobody follows.
 *
 * Why looking and not watching: a notification tells no more than that a file changed, there is none from network
 * folders and containers' mounts, and a look at a few dozen files takes a millisecond.
 */
export class LiveFeed {
  readonly #followers = new Set<(event: LiveEvent) => void>();
  /** Where the next unread line of a file begins. */
  readonly #offsets = new Map<string, number>();
  /** Resolves when the files' present ends are known. */
  #begun?: Promise<void>;
  #timer?: ReturnType<typeof setTimeout>;

  constructor(readonly root: string) {}

  /** What happens from now on, a `hello` first and every 15 s, until `signal` aborts. */
  async *follow(signal: AbortSignal): AsyncGenerator<LiveEvent, void> {
    if (signal.aborted) return;
    const queue: LiveEvent[] = [];
    let wake = () => {};
    const hear = (event: LiveEvent) => {
      queue.push(event);
      wake();
    };
    const onAbort = () => wake();
    signal.addEventListener("abort", onAbort);
    this.#followers.add(hear);
    // Who can't be read now may be at the next beat.
    const greet = () => this.#hello().then((data) => hear({ kind: "hello", data }), console.error);
    const beat = setInterval(() => void greet(), HELLO_MS);
    try {
      await (this.#begun ??= this.#begin());
      await greet();
      while (!signal.aborted) {
        const event = queue.shift();
        if (event) yield event;
        else await new Promise<void>((done) => wake = done);
      }
    } finally {
      clearInterval(beat);
      signal.removeEventListener("abort", onAbort);
      this.#followers.delete(hear);
      if (this.#followers.size === 0) this.#end();
    }
  }

  async #begin(): Promise<void> {
    this.#offsets.clear();
    for await (const { path } of this.#files()) {
      const bytes = await Deno.readFile(path).catch(() => new Uint8Array());
      // A last line without its end is an append under way: it is still to come.
      this.#offsets.set(path, bytes.lastIndexOf(NEWLINE) + 1);
    }
    this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#begun = undefined;
  }

  async #look(): Promise<void> {
    const begun = this.#begun;
    try {
      const found: LiveTrial[] = [];
      for await (const { path, device, collection } of this.#files()) {
        for (const trial of await this.#appended(path)) found.push(liveTrial(trial, device, collection));
      }
      for (const data of found.sort((a, b) => a.at < b.at ? -1 : Number(a.at > b.at))) {
        for (const hear of this.#followers) hear({ kind: "trial", data });
      }
    } catch (error) {
      console.error(error); // the next look may do
    }
    if (begun === this.#begun && begun) this.#timer = setTimeout(() => void this.#look(), LOOK_MS);
  }

  /** Whole lines behind the last one read. */
  async #appended(path: string): Promise<Trial[]> {
    const offset = this.#offsets.get(path) ?? 0;
    const size = (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
    if (size === offset) return [];
    // Shorter than it was: it was replaced, by one without its unreadable lines.
    if (size < offset) {
      this.#offsets.set(path, size);
      return [];
    }
    using file = await Deno.open(path);
    await file.seek(offset, Deno.SeekMode.Start);
    const bytes = new Uint8Array(size - offset);
    let read = 0;
    for (let more: number | null = 0; more !== null && read < bytes.length; read += more ?? 0) {
      more = await file.read(bytes.subarray(read));
    }
    const whole = bytes.subarray(0, read).lastIndexOf(NEWLINE) + 1;
    this.#offsets.set(path, offset + whole);
    const lines = new TextDecoder().decode(bytes.subarray(0, whole)).split("\n").map(parseTrialLine);
    return lines.flatMap((line) => line.kind === "trial" ? [line.trial] : []);
  }

  async *#files(): AsyncGenerator<{ path: string; device: string; collection: string }> {
    for (const device of await namesIn(this.root)) {
      for (const name of await namesIn(`${this.root}/${device}`)) {
        const collection = /^([a-z][a-z0-9_]*)\.jsonl$/.exec(name)?.[1];
        if (collection) yield { path: `${this.root}/${device}/${name}`, device, collection };
      }
    }
  }

  async #hello(): Promise<LiveHello> {
    const { devices } = await listDevices(this.root);
    const tuning: string[] = [];
    for (const { slug } of devices) if (await isLocked(`${this.root}/${slug}/tuner.lock`)) tuning.push(slug);
    return {
      devices: devices.map(({ slug, profile: { device } }) => ({
        slug,
        name: deviceName({ ...device, software: false }),
        software: device.software,
      })),
      tuning,
    };
  }
}

function liveTrial(trial: Trial, device: string, collection: string): LiveTrial {
  const { family, variant, axes, status, at, rooflinePercent, timing } = trial;
  const changes = tunableChanges(family, trial.config);
  return {
    device,
    collection,
    family,
    variant,
    axes,
    status,
    at,
    rooflinePercent,
    medianUs: timing?.medianUs,
    changes,
  };
}

/** Whether a tuner holds the lock; taken for the moment of the question where nobody does. */
async function isLocked(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path, { write: true });
    return !await file.tryLock(true);
  } catch {
    return false;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(folder)) names.push(name);
    return names;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}
