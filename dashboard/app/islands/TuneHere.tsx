import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { findAdapter, type FoundAdapter } from "../tune/find_adapter.ts";
import { GpuCard } from "../tune/GpuCard.tsx";
import { TrialTable, WorkloadTable } from "../tune/Progress.tsx";
import type { Offer } from "../tune/protocol.ts";
import { Results } from "../tune/Results.tsx";
import { TuneSession, type TuneWorker } from "../tune/session.ts";

const BUDGETS = [[30, "30 s"], [120, "2 min"], [300, "5 min"]] as const;
/** Ticked from the start: the two kinds of layers of Kimi Linear. */
const FIRST = ["kda_decode", "kda_prefill", "mla_decode", "mla_prefill"];

const spawn = () =>
  new Worker(new URL("../tune/worker.ts", import.meta.url), { type: "module" }) as unknown as TuneWorker;

/** Tunes the GPU of this browser: choices, progress, winners. The tuner itself is loaded with the first start. */
export default function TuneHere({ gpu, software }: {
  /** What is offered on a GPU, and on a software adapter. */
  readonly gpu: readonly Offer[];
  readonly software: readonly Offer[];
}) {
  const session = useMemo(() => new TuneSession(spawn), []);
  const found = useSignal<FoundAdapter | string | undefined>(undefined);
  useEffect(() => void findAdapter().then((answer) => found.value = answer), []);
  const stage = session.stage.value;
  const isOn = ["running", "pausing", "paused", "finishing"].includes(stage);
  useEffect(() => {
    if (!isOn) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [isOn]);
  const offers = typeof found.value === "object" && found.value.isSoftware ? software : gpu;
  return (
    <div class="tune">
      <GpuCard found={found.value} ceilings={session.ceilings.value} />
      {typeof found.value === "object" && (isOn
        ? <Running session={session} />
        : <Choices offers={offers} onStart={(chosen, budgetMs) => session.start(chosen, budgetMs)} />)}
      {session.note.value && <p class="warn" role="alert">{session.note.value}</p>}
      {session.upload.value && stage === "done" && (
        <Results upload={session.upload.value} names={session.progress.names} />
      )}
      {session.progress.workloads.value.length > 0 && stage !== "idle" && (
        <section>
          <h2>Workloads</h2>
          <WorkloadTable
            workloads={session.progress.workloads.value}
            current={isOn && stage !== "finishing"}
          />
        </section>
      )}
      {session.progress.shown.value.length > 0 && (
        <section>
          <h2>Last trials</h2>
          <TrialTable shown={session.progress.shown.value} />
        </section>
      )}
    </div>
  );
}

function Choices({ offers, onStart }: {
  readonly offers: readonly Offer[];
  readonly onStart: (chosen: readonly Offer[], budgetMs: number) => void;
}) {
  const none = useSignal(false);
  const start = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const chosen = offers.filter(({ family }) => form.getAll("family").includes(family));
    none.value = chosen.length === 0;
    if (chosen.length > 0) onStart(chosen, Number(form.get("budget")) * 1000);
  };
  return (
    <form class="controls" onSubmit={start}>
      <fieldset>
        <legend>Kernels, a size each</legend>
        <div>
          {offers.map(({ name, family }) => (
            <label key={family}>
              <input type="checkbox" name="family" value={family} checked={FIRST.includes(family)} /> {name}
            </label>
          ))}
        </div>
      </fieldset>
      <label>
        Time to spend
        <select name="budget">
          {BUDGETS.map(([seconds, words]) => <option key={seconds} value={seconds}>{words}</option>)}
        </select>
      </label>
      <button class="primary" type="submit">Start</button>
      {none.value && <span role="alert">Tick a kernel first.</span>}
    </form>
  );
}

function Running({ session }: { readonly session: TuneSession }) {
  const stage = session.stage.value;
  const left = Math.ceil(session.clock.leftMs.value / 1000);
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  return (
    <div class="controls running">
      <div class="doing">
        <progress
          max={session.clock.budgetMs}
          value={session.clock.budgetMs - session.clock.leftMs.value}
          aria-label="Time spent"
        />
        <span class="muted">
          {stage === "paused"
            ? "Paused"
            : stage === "pausing"
            ? "Pausing after this trial"
            : session.doing.value}
        </span>
      </div>
      <span class="left" aria-label={`${left} seconds left`}>{clock} left</span>
      {stage === "paused"
        ? <button type="button" onClick={() => session.resume()}>Resume</button>
        : (
          <button type="button" disabled={stage !== "running"} onClick={() => session.pause()}>
            Pause
          </button>
        )}
      <button type="button" disabled={stage === "finishing"} onClick={() => session.stop()}>Stop</button>
    </div>
  );
}
