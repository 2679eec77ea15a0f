// GET /api/live: appended trials arrive, torn lines wait, and a stopping server ends the stream.
import type { LiveHello, LiveTrial } from "../../dashboard/app/live/live_event.ts";
import { LiveFeed } from "../../dashboard/live_fs.ts";
import { serveDashboard } from "../../dashboard/serve.ts";
import { ProfileStore } from "../../profiles/store_fs.ts";
import { formatTrialLine } from "../../profiles/trial_line.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../cli/in_folder.ts";
import { failedTrial, sampleDevice, sampleTrial } from "../profiles/samples.ts";

type Next = (withinMs?: number) => Promise<{ kind: string; data: LiveTrial & LiveHello } | "silence" | "end">;

/** The events of an open stream, one by one. */
function eventsOf(answer: Response): Next {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let pending: Promise<ReadableStreamReadResult<string>> | undefined;
  return async (withinMs = 2000) => {
    while (!text.includes("\n\n")) {
      pending ??= reader.read();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<"late">((done) => timer = setTimeout(() => done("late"), withinMs));
      const read = await Promise.race([pending, late]);
      clearTimeout(timer);
      if (read === "late") return "silence";
      pending = undefined;
      if (read.done) return "end";
      text += read.value;
    }
    const [event] = text.split("\n\n", 1);
    text = text.slice(event.length + 2);
    const field = (name: string) =>
      event.split("\n").find((l) => l.startsWith(`${name}: `))!.slice(name.length + 2);
    return { kind: field("event"), data: JSON.parse(field("data")) };
  };
}

async function withStream(
  work: (next: Next, store: ProfileStore, close: () => Promise<void>) => Promise<void>,
) {
  await inFolder(async (root) => {
    using store = await ProfileStore.open(root, sampleDevice());
    await store.append(sampleTrial());
    const running = await serveDashboard({ root, hostname: "127.0.0.1", port: 0 });
    try {
      const answer = await fetch(new URL("/api/live", running.url));
      assertEquals(answer.headers.get("content-type"), "text/event-stream");
      await work(eventsOf(answer), store, () => running.close());
    } finally {
      await running.close();
    }
  });
}

const SLUG = "builtin_nvidia_hopper_2330";

Deno.test("the stream greets with the devices and who is tuning", async () => {
  await withStream(async (next) => {
    const hello = await next();
    assert(typeof hello === "object");
    assertEquals(hello.kind, "hello");
    assertEquals(hello.data.devices, [{ slug: SLUG, name: "NVIDIA H100 80GB HBM3", software: false }]);
    assertEquals(hello.data.tuning, []);
  });
});

Deno.test("LiveFeed names who is tuning, and stops looking when nobody follows", async () => {
  await inFolder(async (root) => {
    using store = await ProfileStore.open(root, sampleDevice());
    await store.append(sampleTrial());
    await store.acquire();
    const ending = new AbortController();
    const events = new LiveFeed(root).follow(ending.signal);
    const { value } = await events.next();
    assert(value?.kind === "hello");
    assertEquals(value.data.tuning, [SLUG]);
    const next = events.next();
    ending.abort();
    assertEquals((await next).done, true); // the sanitizers tell of a timer left behind
  });
});

Deno.test("a trial another writer appends arrives within two seconds, and no earlier one does", async () => {
  await withStream(async (next, store) => {
    await next();
    await store.append(sampleTrial({ at: "2026-11-23T10:00:01.000Z" }));
    await store.append(failedTrial("timeout", { family: "other", at: "2026-11-23T10:00:02.000Z" }));
    const heard = [await next(), await next()].map((e) => typeof e === "object" ? e.data : e);
    const [first, second] = heard as LiveTrial[];
    assertEquals([first.device, first.family, first.status, first.medianUs, first.at], [
      SLUG,
      "toy",
      "passed",
      10,
      "2026-11-23T10:00:01.000Z",
    ]);
    assertEquals([second.family, second.status, second.medianUs], ["other", "timeout", undefined]);
    assertEquals(await next(700), "silence");
  });
});

Deno.test("a torn line is told of when it is whole, and what is no trial never is", async () => {
  await withStream(async (next, store) => {
    await next();
    const path = `${store.folder}/toy.jsonl`;
    const line = formatTrialLine(sampleTrial({ at: "2026-11-23T10:00:02.000Z" }));
    const append = (text: string) => Deno.writeTextFile(path, text, { append: true });
    await append("not a trial\n" + line.slice(0, 100));
    assertEquals(await next(900), "silence");
    await append(line.slice(100) + "\n");
    const heard = await next();
    assert(typeof heard === "object");
    assertEquals(heard.data.at, "2026-11-23T10:00:02.000Z");
  });
});

Deno.test("a torn line that is set aside and replaced is passed over", async () => {
  await withStream(async (next, store) => {
    await next();
    await Deno.writeTextFile(`${store.folder}/toy.jsonl`, "torn".repeat(500), { append: true });
    assertEquals(await next(700), "silence");
    await store.append(sampleTrial({ at: "2026-11-23T10:00:03.000Z" }));
    const heard = await next();
    assert(typeof heard === "object");
    assertEquals(heard.data.at, "2026-11-23T10:00:03.000Z");
  });
});

Deno.test("a stopping server ends the stream, within two seconds", async () => {
  await withStream(async (next, _, close) => {
    await next();
    const start = performance.now();
    await close();
    assert(performance.now() - start < 2000);
    assertEquals(await next(), "end");
  });
});
