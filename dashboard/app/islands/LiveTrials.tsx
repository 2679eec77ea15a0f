import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { LiveHello, LiveTrial } from "../live/live_event.ts";
import { type LiveState, MOST_TRIALS, NO_TRIALS, withTrial } from "../live/live_state.ts";
import { BestTable, NewestTable } from "../live/LiveTables.tsx";

type Connection = "connecting" | "connected" | "reconnecting" | "refused";

const WORDS: Readonly<Record<Connection, string>> = {
  connecting: "Asking the server",
  connected: "Trials come here as soon as they are stored",
  reconnecting: "Trying again; trials of meanwhile are in the profiles, not here",
  refused: "The server refuses the stream; load the page again",
};
/** The server tells of itself every 15 s. */
const SILENCE_MS = 40_000;

/** Trials as a tuner stores them, from the moment the page is open. */
export default function LiveTrials() {
  const state = useSignal<LiveState>(NO_TRIALS);
  const hello = useSignal<LiveHello>({ devices: [], tuning: [] });
  const connection = useSignal<Connection>("connecting");
  useEffect(() => {
    let source: EventSource;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const alive = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        source.close();
        open();
      }, SILENCE_MS);
    };
    const open = () => {
      source = new EventSource("/api/live");
      source.addEventListener("hello", (event) => {
        hello.value = JSON.parse(event.data);
        connection.value = "connected";
        alive();
      });
      source.addEventListener("trial", (event) => {
        state.value = withTrial(state.value, JSON.parse(event.data) as LiveTrial);
        alive();
      });
      source.onerror = () =>
        connection.value = source.readyState === EventSource.CLOSED ? "refused" : "reconnecting";
    };
    open();
    return () => {
      clearTimeout(silence);
      source.close();
    };
  }, []);
  const { trials, best, counts } = state.value;
  const { devices, tuning } = hello.value;
  const nameOf = (slug: string) => {
    const device = devices.find((d) => d.slug === slug);
    return device ? `${device.name}${device.software ? " (software adapter)" : ""}` : slug;
  };
  return (
    <div class="live-trials">
      <p role="status" class="connection">
        <span class={connection.value === "connected" ? "tag good" : "tag caution"}>{connection.value}</span>
        {" "}
        <span class="muted">
          {WORDS[connection.value]}
          {connection.value === "connected" && tuning.length > 0 &&
            `; a tuner works on ${tuning.map(nameOf).join(", ")}`}
          .
        </span>
      </p>
      {trials.length === 0
        ? (
          <div class="empty">
            <p>No trial since this page was opened. Start a tuner in a terminal on the server's machine:</p>
            <pre><code>deno task tune</code></pre>
          </div>
        )
        : (
          <>
            <ul class="counts" aria-label="Trials by outcome">
              {Object.entries(counts).map(([status, count]) => (
                <li key={status}>
                  <strong>{count}</strong> {status.replaceAll("_", " ")}
                </li>
              ))}
            </ul>
            {best.size > 0 && (
              <section>
                <h2>Best so far</h2>
                <BestTable best={[...best.values()]} nameOf={nameOf} />
              </section>
            )}
            <section>
              <h2>Newest trials</h2>
              <p class="muted">Since this page was opened, the last {MOST_TRIALS} at most.</p>
              <NewestTable trials={trials} nameOf={nameOf} />
            </section>
          </>
        )}
    </div>
  );
}
