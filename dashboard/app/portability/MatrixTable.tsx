import { formatPercent, formatTime, formatTokens } from "../../../compare/quantities.ts";
import { DeviceName } from "../components/DeviceName.tsx";
import type { Cell } from "./cell.ts";
import type { Contestant, Matrix, Row } from "./matrix.ts";
import { differences } from "./portable_words.ts";

const FAILED = {
  rejected: "rejected",
  compile_error: "does not compile",
  runtime_error: "fails at run time",
  incorrect: "wrong result",
  timeout: "too slow",
  device_lost: "lost the device",
  passed: "passed",
} as const;

/** Configs against devices: the share of each device's optimum, as number and colour. */
export function MatrixTable({ family, matrix, label }: {
  readonly family: string;
  readonly matrix: Matrix;
  readonly label: string;
}) {
  const { contestants, rows } = matrix;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="data matrix">
        <thead>
          <tr>
            <th scope="col">config</th>
            <th scope="col" class="num">mean</th>
            {contestants.map((contestant) => (
              <DeviceHead key={contestant.device.slug} family={family} contestant={contestant} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.variant}>
              <th scope="row">
                <ConfigName family={family} row={row} />
              </th>
              <td class="num">
                {row.mean ? <strong>{formatPercent(row.mean.share)}</strong> : "-"}
                <small>{row.mean?.count ?? 0} of {contestants.length}</small>
              </td>
              {row.cells.map((cell, i) => <CellView key={contestants[i].device.slug} cell={cell} />)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DeviceHead({ family, contestant: { device, standing } }: {
  readonly family: string;
  readonly contestant: Contestant;
}) {
  const { axes, timing } = standing.winner;
  const sizes = Object.entries(axes).map(([name, size]) => `${name}=${formatTokens(size)}`).join(" ");
  return (
    <th scope="col" class="num">
      <DeviceName device={device.profile.device} href={`/devices/${device.slug}/${family}`} />
      <small>best {formatTime(timing.medianUs)} at {sizes}</small>
    </th>
  );
}

function ConfigName({ family, row }: { readonly family: string; readonly row: Row }) {
  const changed = differences(family, row.config);
  return (
    <span class="config" title={row.variant}>
      {row.isPortable && <span class="tag good">portable default</span>}
      {row.isDefault && <span class="tag">family's default</span>}
      {changed.length > 0 ? <code>{changed.join(" ")}</code> : <code>default</code>}
    </span>
  );
}

function CellView({ cell }: { readonly cell: Cell }) {
  if (cell.kind === "untried") return <td class="num muted">not tried</td>;
  if (cell.kind === "failed") {
    return (
      <td class="num failed" title={cell.reason}>
        failed<small>{FAILED[cell.status]}</small>
      </td>
    );
  }
  const place = { best: ", best", tied: ", tied", behind: "" }[cell.place];
  // Eleven shades, the darkest for the optimum; the number says it for those who don't see them.
  return (
    <td class={`num shade-${Math.min(10, Math.floor(cell.share * 10))}`}>
      <strong>{cell.isBound && ">= "}{formatPercent(cell.share)}</strong>
      <small>{formatTime(cell.medianUs)}{place}</small>
    </td>
  );
}
