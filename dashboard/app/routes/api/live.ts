import { createRoute } from "../../create_route.ts";

/** How soon a browser asks again after the stream ended, ms. */
const RETRY_MS = 2000;

/** Trials as they are stored, as server-sent events; ends when the page leaves or the server stops. */
export default createRoute((c) => {
  const left = new AbortController();
  const signal = AbortSignal.any([c.env.ending, left.signal]);
  const events = c.env.shelf.follow(signal)[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let isFirst = true;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await events.next();
      if (done) return controller.close();
      const retry = isFirst ? `retry: ${RETRY_MS}\n` : "";
      isFirst = false;
      controller.enqueue(
        encoder.encode(`${retry}event: ${value.kind}\ndata: ${JSON.stringify(value.data)}\n\n`),
      );
    },
    cancel: () => left.abort(),
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
});
