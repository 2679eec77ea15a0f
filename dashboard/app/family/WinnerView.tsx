import { formatAxes } from "../../../kernels/core/axes.ts";
import type { AnyFamily } from "../../../kernels/core/family.ts";
import { FORMULATION, initialConfig, storageChoices } from "../../../kernels/core/space.ts";
import { formatFactor, formatTime, threeDigits } from "../../../compare/quantities.ts";
import type { Winner } from "../../../profiles/schema.ts";
import type { Importance } from "./importance.ts";
import { DataTable } from "../components/DataTable.tsx";

/** The best variant known for a bucket: how fast, how sure, how right, and next to what. */
export function WinnerView({ winner, isStale, codeUrl }: {
  readonly winner: Winner;
  readonly isStale: boolean;
  /** Address of a variant's code. */
  readonly codeUrl: (variant: string) => string;
}) {
  const { timing, rooflinePercent, error, defaultTiming, tiedWith, axes, variant } = winner;
  return (
    <section class="card winner">
      <h2>
        Winner {isStale && <span class="tag caution">stale</span>}
      </h2>
      {isStale && (
        <p class="muted">
          The kernel changed since it was timed: <code>deno task tune</code> looks again.
        </p>
      )}
      <dl class="result">
        <div class="main">
          <dt>time of one call</dt>
          <dd>{formatTime(timing.medianUs)}</dd>
        </div>
        <Fact name="95 % interval" value={`${formatTime(timing.lowUs)} to ${formatTime(timing.highUs)}`} />
        <Fact
          name="roofline"
          value={rooflinePercent === undefined ? "-" : `${threeDigits(rooflinePercent)} %`}
        />
        <Fact name="error" value={error.toExponential(1)} />
        <Fact
          name="against the default"
          value={defaultTiming
            ? `${formatFactor(defaultTiming.medianUs / timing.medianUs)} x as fast`
            : "not timed"}
        />
        <Fact name="measured at" value={formatAxes(axes)} />
        <Fact
          name="clock"
          value={`${timing.clock === "timestamp" ? "timestamps" : "wall clock"}, ${timing.samples} samples${
            timing.lowClocks ? ", low clocks: an upper bound" : ""
          }`}
        />
      </dl>
      <p class="variant">
        <a href={codeUrl(variant)}>
          <code>{variant}</code>
        </a>
      </p>
      {tiedWith.length > 0 && (
        <details>
          <summary>
            Tied with {tiedWith.length} {tiedWith.length === 1 ? "other" : "others"}: their intervals overlap
          </summary>
          <ul class="variants">
            {tiedWith.map((id) => (
              <li key={id}>
                <a href={codeUrl(id)}>
                  <code>{id}</code>
                </a>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** The winner's tunables beside the default's, with what each is for. */
export function ConfigTable({ family, winner, tunables }: {
  readonly family: AnyFamily;
  readonly winner: Winner;
  readonly tunables: readonly Importance[];
}) {
  const { space } = family;
  const initial = { ...initialConfig(space), ...storageChoices(space, winner.config) };
  const shares = new Map(tunables.map((t) => [t.name, t.share]));
  return (
    <DataTable label="Tunables of the winner" kind="config">
      <thead>
        <tr>
          <th scope="col">tunable</th>
          <th scope="col">winner</th>
          <th scope="col">default</th>
          <th scope="col" class="num">explains</th>
          <th scope="col">what it is</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(winner.config).map(([name, value]) => {
          const tunable = space.tunables[name];
          const share = shares.get(name);
          const usual = initial[name];
          return (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="mono">{usual === value ? String(value) : <strong>{String(value)}</strong>}</td>
              <td class="mono">{usual === undefined ? "" : String(usual)}</td>
              <td class="num">{share === undefined ? "" : `${(100 * share).toFixed(1)} %`}</td>
              <td class="doc">
                {[
                  tunable?.doc,
                  tunable?.storageOf && "The caller's data decides it",
                  name === FORMULATION && tunable && `One of ${tunable.values.join(", ")}`,
                ].filter(Boolean).join(". ")}
              </td>
            </tr>
          );
        })}
      </tbody>
    </DataTable>
  );
}
