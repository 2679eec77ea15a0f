import { formatBytes } from "../../../compare/quantities.ts";
import type { BufferSpec, Plan } from "../../../kernels/core/family.ts";
import { planBytes } from "../../../kernels/core/fit.ts";
import { passRows } from "./pass_rows.ts";
import { DataTable } from "../components/DataTable.tsx";

const ROLES: readonly BufferSpec["role"][] = ["input", "state", "output", "scratch"];

/** The passes of a plan: how much of the device each asks for, and what it binds. */
export function PassesView({ plan }: { readonly plan: Plan }) {
  const rows = passRows(plan);
  const held = ROLES.map((role) => [role, planBytes(plan, role)] as const).filter(([, bytes]) => bytes > 0);
  const hasFeatures = rows.some(({ features }) => features.length > 0);
  const isRepeated = rows.some(({ dispatches }) => dispatches > 1);
  return (
    <>
      <DataTable label="Passes" kind="passes">
        <thead>
          <tr>
            <th scope="col">pass</th>
            <th scope="col" class="num">dispatches</th>
            <th scope="col" class="num">workgroups</th>
            <th scope="col" class="num">threads of one</th>
            <th scope="col" class="num">workgroup memory</th>
            <th scope="col">buffers</th>
            <th scope="col" class="num">bytes bound</th>
            {hasFeatures && <th scope="col">features</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.label}>
              <th scope="row">{row.label}</th>
              <td class="num">{row.dispatches}</td>
              <td class="num">{row.workgroups}</td>
              <td class="num">{row.workgroupSize.filter((n, i) => i === 0 || n > 1).join(" x ")}</td>
              <td class="num">{row.workgroupBytes > 0 ? formatBytes(row.workgroupBytes) : "none"}</td>
              <td class="buffers">
                {row.buffers.map(({ name, writes, bytes }) => (
                  <span key={name}>
                    {name}
                    {writes && "*"} <span class="muted">{formatBytes(bytes)}</span>
                  </span>
                ))}
              </td>
              <td class="num">{formatBytes(row.bytes)}</td>
              {hasFeatures && <td class="muted">{row.features.join(", ")}</td>}
            </tr>
          ))}
        </tbody>
      </DataTable>
      <p class="muted">
        * written. {isRepeated && "Workgroups and bytes are of all dispatches, buffers of the first. "}
        On the device it holds {held.map(([role, bytes]) => `${formatBytes(bytes)} ${role}`).join(", ")}.
      </p>
    </>
  );
}
