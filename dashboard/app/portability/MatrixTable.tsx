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
  const { contestants, rows, portable } = matrix;
  const sizes = contestants.map(sizesOf);
  const common = sizes.every((size) => size === sizes[0]) ? sizes[0] : undefined;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="data matrix">
        {common && <caption>Timed at {common}</caption>}
        <thead>
          <tr>
            <th scope="col">config</th>
            {contestants.length > 1 && <th scope="col" class="num">mean</th>}
            {contestants.map(({ device, standing }, i) => (
              <th key={device.slug} scope="col" class="num">
                <DeviceName device={device.profile.device} href={`/devices/${device.slug}/${family}`} />
                <small>
                  best {formatTime(standing.winner.timing.medianUs)}
                  {common === undefined && ` at ${sizes[i]}`}
                </small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.variant}>
              <th scope="row">
                <ConfigName family={family} row={row} isWhole={portable?.isWhole ?? false} />
              </th>
              {contestants.length > 1 && (
                <td class="num">
                  <MeanView row={row} all={contestants.length} />
                </td>
              )}
              {row.cells.map((cell, i) => <CellView key={contestants[i].device.slug} cell={cell} />)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function sizesOf({ standing }: Contestant): string {
  return Object.entries(standing.winner.axes).map(([name, size]) => `${name}=${formatTokens(size)}`).join(
    " ",
  );
}

/** A mean over one device is none. */
function MeanView({ row: { mean }, all }: { readonly row: Row; readonly all: number }) {
  const count = mean?.count ?? 0;
  return (
    <>
      {count > 1 ? <strong>{formatPercent(mean!.share)}</strong> : <span class="muted">-</span>}
      <small>{count} of {all}</small>
    </>
  );
}

function ConfigName({ family, row, isWhole }: {
  readonly family: string;
  readonly row: Row;
  readonly isWhole: boolean;
}) {
  const changed = differences(family, row.config);
  return (
    <span class="config" title={row.variant}>
      {row.isPortable && <span class="tag good">{isWhole ? "portable default" : "timed on the most"}</span>}
      {row.isDefault && <span class="tag">family's default</span>}
      {changed.map((word) => <code key={word}>{word}</code>)}
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
