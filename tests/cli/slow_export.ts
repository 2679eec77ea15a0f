// An export of so many files that a signal meets it half written: deno run -A tests/cli/slow_export.ts <profiles> <out>
import { runExport } from "../../cli/export_session.ts";

const [profiles, out] = Deno.args;
const files = Array.from({ length: 20_000 }, (_, i) => ({ path: `${i}.txt`, text: "new\n" }));
const exporter = { name: "slow", doc: "Many files.", readBy: "tests", files: () => Promise.resolve(files) };
Deno.exitCode = await runExport({ target: "slow", out, profiles }, [exporter]);
