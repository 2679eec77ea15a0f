import { formatTime, threeDigits } from "../../../compare/quantities.ts";
import type { PassTime, StagesEntry } from "../../../profiles/stages.ts";

/**
 * Where the time of a winner goes: a bar for each pass, thinner ones for its stages, all on one scale. The tick in a
 * pass's bar is its floor, what it binds moved once at the measured bandwidth.
 */
export function StageBars({ entry, stale }: { readonly entry: StagesEntry; readonly stale: boolean }) {
  const { whole, passes } = entry.times;
  const longest = Math.max(whole.medianUs, ...passes.map(({ timing }) => timing.medianUs));
  const share = (us: number) => `${threeDigits(100 * us / whole.medianUs)} %`;
  const apart = passes.reduce((sum, { timing }) => sum + timing.medianUs, 0);
  return (
    <div class="stages">
      <p class="muted">
        Timed <time datetime={entry.at}>{entry.at.slice(0, 10)}</time>
        {entry.driver && ` under driver ${entry.driver}`}
        {stale && (
          <>
            {" "}
            <span class="tag caution">stale: the kernel changed since</span>
          </>
        )}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Stages of the winner">
        <table class="data stage-bars">
          <thead>
            <tr>
              <th scope="col">pass</th>
              <th scope="col" class="num">time</th>
              <th scope="col" class="num">share</th>
              <th scope="col" class="num">floor</th>
              <td class="scale" aria-hidden="true"></td>
            </tr>
          </thead>
          <tbody>
            {passes.flatMap((pass) => [
              <tr key={pass.label}>
                <th scope="row">
                  {pass.label}
                  {pass.dispatches > 1 && <span class="muted">, {pass.dispatches} dispatches</span>}
                </th>
                <td class="num">{formatTime(pass.timing.medianUs)}</td>
                <td class="num">{share(pass.timing.medianUs)}</td>
                <td class="num">{formatTime(pass.memoryUs)}</td>
                <Bar us={pass.timing.medianUs} longest={longest} floorUs={pass.memoryUs} />
              </tr>,
              ...stagesAndRest(pass).map(({ name, us }) => (
                <tr key={`${pass.label} ${name}`} class="stage">
                  <th scope="row">{name}</th>
                  <td class="num">{formatSaving(us)}</td>
                  <td class="num">{us < 0 ? "-" : share(us)}</td>
                  <td class="num">-</td>
                  <Bar us={us} longest={longest} />
                </tr>
              )),
            ])}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">whole call</th>
              <td class="num">{formatTime(whole.medianUs)}</td>
              <td class="num">100 %</td>
              <td class="num">-</td>
              <Bar us={whole.medianUs} longest={longest} />
            </tr>
          </tfoot>
        </table>
      </div>
      <p class="muted">
        Each pass is timed on its own; together they come to {share(apart)}{" "}
        of the call. A stage is what its pass is shorter by without it; what stages share or hide behind each
        other is the rest. The tick is the floor: what a pass binds, moved once at the measured bandwidth.
      </p>
    </div>
  );
}

/** The stages of a pass, and what none of them accounts for. */
function stagesAndRest(
  { timing, stages }: PassTime,
): readonly { readonly name: string; readonly us: number }[] {
  if (stages.length === 0) return [];
  const rest = timing.medianUs - stages.reduce((sum, { us }) => sum + us, 0);
  return [...stages, { name: "rest", us: rest }];
}

/** A pass can be slower without a stage. */
function formatSaving(us: number): string {
  return us < 0 ? `-${formatTime(-us)}` : formatTime(us);
}

function Bar({ us, longest, floorUs }: {
  readonly us: number;
  readonly longest: number;
  readonly floorUs?: number;
}) {
  const across = (value: number) => Math.round(10000 * Math.min(1, Math.max(0, value / longest))) / 100;
  return (
    <td class="scale" aria-hidden="true">
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" width="100%" height="10" focusable="false">
        <rect class="track" x="0" y="0" width="100" height="10" />
        <rect class="bar" x="0" y="0" width={across(us)} height="10" />
        {floorUs !== undefined && (
          <line class="floor" x1={across(floorUs)} x2={across(floorUs)} y1="0" y2="10" />
        )}
      </svg>
    </td>
  );
}
