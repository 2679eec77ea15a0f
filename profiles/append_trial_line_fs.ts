import { attempt, setLinesAside, writeAll } from "./durable_text_fs.ts";
import { parseTrialLine } from "./trial_line.ts";

const NEWLINE = 10;

/** Adds a line, or several joined, durably, after whatever a crash left at the end, or throws StoreError and leaves the file as it was. */
export async function appendTrialLine(path: string, line: string): Promise<void> {
  const bytes = new TextEncoder().encode(line + "\n");
  await attempt(`append a trial to ${path}`, async () => {
    using file = await Deno.open(path, { read: true, write: true, create: true });
    const length = await repairTail(file, path);
    await file.seek(length, Deno.SeekMode.Start);
    try {
      await writeAll(file, bytes);
      await file.syncData();
    } catch (error) {
      await file.truncate(length).catch(() => {}); // what stays behind is a torn tail, repaired next time
      throw error;
    }
  });
}

/**
 * Length at which the next line may start. A tail without a newline is a write that was cut off: it gets its newline
 * where only that was missing, else it moves to `<path>.torn`.
 */
async function repairTail(file: Deno.FsFile, path: string): Promise<number> {
  const length = await file.seek(0, Deno.SeekMode.End);
  const last = new Uint8Array(1);
  if (length === 0) return 0;
  await file.seek(length - 1, Deno.SeekMode.Start);
  if (await file.read(last) === 1 && last[0] === NEWLINE) return length;
  const bytes = await Deno.readFile(path);
  const start = bytes.lastIndexOf(NEWLINE) + 1;
  const tail = new TextDecoder().decode(bytes.subarray(start));
  if (parseTrialLine(tail).kind === "unreadable") {
    await setLinesAside(`${path}.torn`, tail + "\n");
    await file.truncate(start);
    return start;
  }
  await file.seek(length, Deno.SeekMode.Start);
  await writeAll(file, Uint8Array.of(NEWLINE));
  return length + 1;
}
