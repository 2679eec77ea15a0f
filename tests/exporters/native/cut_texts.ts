import type { ExportFile } from "../../../exporters/exporter.ts";

/** C's literals of WGSL and Rust's, the first lines of each: what a snapshot needs of texts that other snapshots hold. */
export function cutTexts(files: readonly ExportFile[], lines = 4): ExportFile[] {
  const first = (_: string, head: string, body: string, end: string) =>
    `${head}${body.split("\n").slice(0, lines).join("\n")}\n[cut]\n${end}`;
  return files.map(({ path, text }) => ({
    path,
    text: text
      .replace(/(static const char \*const dt_wgsl_\d+\[\] = \{\n)([^]*?)(\};\n)/g, first)
      .replace(/(pub static TEXT_\d+: Text = Text \{\n)([^]*?)(\};\n)/g, first),
  }));
}
