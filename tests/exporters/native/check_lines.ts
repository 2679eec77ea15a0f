import type { ExportRequest } from "../../../exporters/exporter.ts";
import { bundleOf } from "../../../exporters/wgsl/bundle.ts";
import { assert, assertEquals } from "../../assert.ts";
import { type Case, casesOf } from "./cases.ts";
import { expectedLines } from "./expected.ts";
import { plannedLines } from "./planned.ts";

/**
 * Holds what a program prints of the cases to what the bundle's JavaScript says of them, and of the winners' own calls
 * to their plans. `print` is given the cases.
 */
export async function checkLines(request: ExportRequest, print: (cases: readonly Case[]) => Promise<string>) {
  const { pinned, drawn } = casesOf(request, 140);
  const cases = [...pinned, ...drawn];
  const lines = (await print(cases)).trimEnd().split("\n");
  const expected = expectedLines(await bundleOf(request), cases);
  const other = expected.findIndex((line, i) => line !== lines[i]);
  if (other >= 0) assertEquals(lines[other], expected[other], `line ${other}`);
  assertEquals(lines.length, expected.length);

  const calls = callsOf(lines);
  const words = (line: string) => line.split(/ bound | (?:f32|f16|u32|i32) \w+$/)[0];
  plannedLines(request).forEach((planned, i) =>
    assertEquals(calls[i].slice(1).map(words), planned, calls[i][0])
  );

  // What would make the comparison say little.
  const served = calls.filter(([head]) => head.split(" ")[2] !== "refused");
  assert(
    served.length > cases.length / 2 && served.length < cases.length,
    "calls should be served, and a few refused",
  );
  for (const rung of ["adapter", "architecture", "vendor", "portable", "other"]) {
    assert(
      served.some(([head]) => head.split(" ")[2] === rung),
      `no call is served by a variant of its ${rung}`,
    );
  }
  for (const status of ["NoStorage", "NoVariant", "BadAxis", "NoDevice", "NoSizes", "NoGroups"]) {
    assert(calls.some(([head]) => head.endsWith(`refused ${status}`)), `no call is refused with ${status}`);
  }
  const repeated = served.filter((call) => new Set(steps(call)).size < steps(call).length);
  assert(repeated.length > 10, "calls should take several rounds");
}

const steps = (call: readonly string[]) =>
  call.filter((line) => line.startsWith("step ")).map((line) => line.split(" ")[1]);

function callsOf(lines: readonly string[]): string[][] {
  const calls: string[][] = [];
  for (const line of lines) {
    if (line.startsWith("case ")) calls.push([]);
    calls.at(-1)!.push(line);
  }
  return calls;
}
