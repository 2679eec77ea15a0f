import { formatVariant } from "../kernels/core/variant_id.ts";
import type { ExportFile, ExportRequest, Tuned } from "./exporter.ts";
import { oneLine } from "./one_line.ts";

/** What an exporter says about its files. */
export interface ExportWords {
  readonly title: string;
  /** Paragraphs: what the files are, and how their reader is told to load them. */
  readonly use: readonly string[];
  /** What carries over to the reader, one line each. */
  readonly transfers: readonly string[];
  /** What does not, or was assumed, one line each. */
  readonly doesNot: readonly string[];
}

/** README.md of an export: its use, what transfers and what does not, and the measurements it rests on. */
export function readme({ title, use, transfers, doesNot }: ExportWords, request: ExportRequest): ExportFile {
  const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join("\n");
  const text = [
    `# ${title}`,
    ...use,
    "## What transfers",
    list(transfers),
    "## What does not",
    list(doesNot),
    "## Measured",
    ...request.devices.map(measured),
  ].join("\n\n");
  return { path: "README.md", text: text + "\n" };
}

function measured({ slug, profile, stale }: Tuned): string {
  const { device, winners } = profile;
  const name = oneLine(device.description);
  const adapter = device.software ? `${name}, a software adapter: its times say nothing about a GPU` : name;
  const driver = device.driver ? `, driver ${oneLine(device.driver)}` : "";
  const rows = winners.map((winner) => {
    const { medianUs, madUs, lowClocks } = winner.timing;
    const flags = [...(lowClocks ? ["at low clocks"] : []), ...(stale.has(winner) ? ["stale"] : [])];
    const time = `${inUnits(medianUs)} +- ${(100 * madUs / medianUs).toPrecision(1)} %${
      flags.map((f) => `, ${f}`).join("")
    }`;
    return `| ${winner.bucket} | ${time} | ${winner.error.toExponential(1)} | ${
      formatVariant(winner.family, winner.config)
    } |`;
  });
  return [
    `${slug}: ${adapter}, ${device.backend} (${oneLine(device.runtime)})${driver}, ${
      profile.updatedAt.slice(0, 10)
    }. Median of`,
    `one call and its median absolute deviation; the error is the largest RMS error ratio against float64.`,
    "",
    "| workload | time | error | variant |",
    "| -------- | ---- | ----- | ------- |",
    ...rows,
    ...[...stale].map(([winner, why]) =>
      `\nStale, exported all the same: ${winner.bucket}: ${oneLine(why)}.`
    ),
  ].join("\n");
}

/** Microseconds in the unit a person would choose, four digits. */
function inUnits(us: number): string {
  const [size, unit] = us < 1e3 ? [us, "us"] : us < 1e6 ? [us / 1e3, "ms"] : [us / 1e6, "s"];
  return `${Number(size.toPrecision(4))} ${unit}`;
}
