import type { Exporter } from "../exporters/exporter.ts";
import { exporters } from "../exporters/mod.ts";
import { closest } from "../kernels/core/closest.ts";
import { loadProfiles } from "./commands/profiles/load_profiles.ts";
import { softwareLines } from "./device_lines.ts";
import { counted, fileTable, sizeOf } from "./export_lines.ts";
import { type ExportChoice, exportRequest } from "./export_request.ts";
import { note, print, printJson, table } from "./output.ts";
import { EXIT, UserError } from "./user_error.ts";
import { shownPath, userPath } from "./user_path.ts";
import { writeExport } from "./write_export.ts";

export interface ExportOptions extends ExportChoice {
  readonly target?: string;
  readonly out?: string;
  readonly profiles?: string;
  readonly json?: true;
}

/** Prints every target on a line. */
export async function listTargets({ json }: { readonly json?: true }): Promise<void> {
  if (json) {
    const targets = exporters.map(({ name, doc, readBy, families, vendors, severalDevices = false }) => {
      return { name, doc, readBy, families, vendors, severalDevices };
    });
    return await printJson({ targets });
  }
  await print(...table(
    ["target", "families", "GPUs", "writes", "read by"],
    exporters.map(({ name, doc, readBy, families, vendors }) => [
      name,
      families?.join(", ") ?? "all",
      vendors?.join(", ") ?? "any",
      doc,
      readBy,
    ]),
  ));
}

/** Writes an export and returns the exit code. Whatever goes wrong, no half of one is left. */
export async function runExport(
  options: ExportOptions,
  known: readonly Exporter[] = exporters,
): Promise<number> {
  const exporter = exporterNamed(options.target, known);
  if (options.out === undefined) {
    throw new UserError(`Cannot export without a folder: name one, as in --out ${exporter.name}`);
  }
  const folder = userPath(options.out);
  const stored = await loadProfiles(options.profiles);
  stored.warnings.forEach(note);
  const { request, notices } = await exportRequest(exporter, stored, options);
  notices.forEach(note);
  for (const { profile } of request.devices) softwareLines(profile.device).forEach(note);
  const files = await exporter.files(request);
  const stop = new AbortController();
  const written = await onSignal(
    () => stop.abort(),
    () => writeExport(folder, exporter.name, files, { force: options.force, signal: stop.signal }),
  ).catch((error) => {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    return undefined;
  });
  if (!written) {
    note("Stopped; nothing was written.");
    return EXIT.interrupted;
  }
  const winners = request.devices.flatMap(({ slug, profile }) =>
    profile.winners.map(({ family, bucket, variant }) => ({ device: slug, family, bucket, variant }))
  );
  if (options.json) {
    const stale = request.devices.flatMap(({ slug, stale }) =>
      [...stale].map(([{ family, bucket }, why]) => ({ device: slug, family, bucket, why }))
    );
    const devices = request.devices.map(({ slug }) => slug);
    await printJson({ target: exporter.name, devices, out: folder, files: written, winners, stale });
  } else {
    await print(
      ...fileTable(written),
      `${counted(written.length, "file")}, ${sizeOf(written)} in ${shownPath(folder)}, made of ${
        counted(winners.length, "winner")
      } of ${request.families.map(({ name }) => name).join(", ")}`,
      `Read by ${exporter.readBy}`,
    );
  }
  return EXIT.ok;
}

function exporterNamed(name: string | undefined, known: readonly Exporter[]): Exporter {
  const names = known.map((exporter) => exporter.name);
  if (name === undefined) {
    throw new UserError(
      `Cannot export without a target: name one first, as in deno task export ${names[0]}${
        names.length > 1 ? `; known: ${names.join(", ")}` : ""
      }`,
    );
  }
  const found = known.find((exporter) => exporter.name === name);
  if (!found) throw new UserError(`Unknown target "${name}"${closest(name, names)}`);
  return found;
}

/** Does work during which Ctrl-C or a polite kill calls `stop` instead of ending the process where it stands. */
async function onSignal<T>(stop: () => void, work: () => Promise<T>): Promise<T> {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  try {
    return await work();
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, stop);
  }
}
