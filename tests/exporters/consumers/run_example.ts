import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "../../assert.ts";
import type { ConsumerCase } from "./cases.ts";

/** What an example says about a case. */
export interface Outcome {
  readonly id: string;
  readonly rung: string;
  readonly errors: Readonly<Record<string, number | null>>;
}

export const EXAMPLES = new URL("../../../examples/", import.meta.url);
/** What variants on f32 are verified to. */
const TOLERANCE = 1e-5;

/** Runs an example in a process of its own on a case; throws what it said where it failed. */
export async function runExample(
  program: string,
  options: readonly string[],
  bundle: string,
  { winner, path, axes, storage }: ConsumerCase,
  env: Record<string, string> = {},
): Promise<Outcome> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...options, bundle, winner.family, path, listed(axes), listed(storage)],
    cwd: fileURLToPath(EXAMPLES),
    env: { NO_COLOR: "1", ...env },
  }).output();
  const said = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(said.trim().split("\n").at(-1)!);
}

/** `{ B: 1, T: 63 }` as `B=1,T=63`. */
export const listed = (pairs: Readonly<Record<string, string | number>>) =>
  Object.entries(pairs).map(([name, value]) => `${name}=${value}`).join(",");

/** The winner ran, because of its device, and every output of the file is right. */
export function assertRight(
  { id, rung, errors }: Outcome,
  { winner }: ConsumerCase,
  expected: { readonly rung: string; readonly id?: string; readonly tolerance?: number },
) {
  const outputs = winner.family.includes("mla") || winner.family.includes("gqa")
    ? ["lse", "o"]
    : ["o", "state"];
  assertEquals(Object.keys(errors).sort(), outputs, winner.family);
  assertEquals([rung, id], [expected.rung, expected.id ?? winner.variant]);
  for (const [name, error] of Object.entries(errors)) {
    assert(error !== null && error <= (expected.tolerance ?? TOLERANCE), `${id}: ${name} is off by ${error}`);
  }
}
