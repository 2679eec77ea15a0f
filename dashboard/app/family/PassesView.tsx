import { formatBytes, formatTime, threeDigits } from "../../../compare/quantities.ts";
import type { BufferSpec, Plan } from "../../../kernels/core/family.ts";
import { planBytes } from "../../../kernels/core/fit.ts";
import type { StageTimes } from "../../../tuner/stages.ts";
import { passRows } from "./pass_rows.ts";

const ROLES: readonly BufferSpec["role"][] = ["input", "state", "output", "scratch"];

/** The passes of a plan, with their times where `deno task bench --stages` measured them. */
export function PassesView({ plan, times }: { readonly plan: Plan; readonly times?: StageTimes }) {
  const rows = passRows(plan);
  const measured = new Map(times?.passes.map((pass) => [pass.label, pass]));
  const total = times && times.passes.reduce((sum, { timing }) => sum + timing.medianUs, 0);
  const held = ROLES.map((role) => [role, planBytes(plan, role)] as const).filter(([, bytes]) => bytes > 0);
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Passes">
        <table class="data passes">
          <thead>
            <tr>
              <th scope="col">pass</th>
              {times && (
                <>
                  <th scope="col" class="num">time alone</th>
                  <th scope="col">share</th>
                  <th scope="col" class="num">its bytes take</th>
                  <th scope="col">stages</th>
                </>
              )}
              <th scope="col" class="num">dispatches</th>
              <th scope="col" class="num">workgroups</th>
              <th scope="col" class="num">of threads</th>
              <th scope="col" class="num">workgroup memory</th>
              <th scope="col">buffers</th>
              <th scope="col">features</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const time = measured.get(row.label);
              return (
                <tr key={row.label}>
                  <th scope="row">{row.label}</th>
                  {times && (
                    <>
                      <td class="num">{time ? formatTime(time.timing.medianUs) : ""}</td>
                      <td>{time && <Bar share={time.timing.medianUs / total!} />}</td>
                      <td class="num">{time ? formatTime(time.memoryUs) : ""}</td>
                      <td>
                        {time?.stages.map(({ name, us }) => (
                          <div key={name}>{`${name} ${us < 0 ? "-" : ""}${formatTime(Math.abs(us))}`}</div>
                        ))}
                      </td>
                    </>
                  )}
                  <td class="num">{row.dispatches}</td>
                  <td class="num" title={row.dispatches > 1 ? "of all dispatches" : row.grid.join(" x ")}>
                    {row.workgroups}
                  </td>
                  <td class="num">{row.workgroupSize.filter((n, i) => i === 0 || n > 1).join(" x ")}</td>
                  <td class="num">{row.workgroupBytes > 0 ? formatBytes(row.workgroupBytes) : "none"}</td>
                  <td class="buffers">
                    {row.buffers.map(({ name, writes, bytes }) => (
                      <span key={name} class={writes ? "writes" : undefined}>
                        {name}
                        {writes && "*"} <span class="muted">{formatBytes(bytes)}</span>
                      </span>
                    ))}
                  </td>
                  <td class="muted">{row.features.join(", ")}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p class="muted">
        * written. Of several dispatches: the buffers of the first. On the device it holds{" "}
        {held.map(([role, bytes]) => `${formatBytes(bytes)} ${role}`).join(", ")}.
        {times &&
          ` The whole call takes ${
            formatTime(times.whole.medianUs)
          }; a stage's time is what its pass is shorter by without it.`}
      </p>
    </>
  );
}

function Bar({ share }: { readonly share: number }) {
  return (
    <span class="bar">
      <svg width="60" height="10" aria-hidden="true">
        <rect class="rail" width="60" height="10" rx="2" />
        <rect class="fill" width={Math.max(1, 60 * share)} height="10" rx="2" />
      </svg>{" "}
      {`${threeDigits(100 * share)} %`}
    </span>
  );
}
