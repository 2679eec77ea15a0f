import { fileURLToPath } from "node:url";
import { type Config, initialConfig } from "../../../kernels/core/space.ts";
import { formatVariant } from "../../../kernels/core/variant_id.ts";
import { familyNamed } from "../../../kernels/mod.ts";
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

/** Expected where the bundle's device is another vendor's: the family's default in the case's storage types. */
export const PORTABLE = { rung: "portable", initial: true };

/** The winner ran, because of its device, and every output of the file is right. */
export function assertRight(
  { id, rung, errors }: Outcome,
  { winner, storage }: ConsumerCase,
  expected: { readonly rung: string; readonly initial?: boolean; readonly tolerance?: number },
) {
  const { space, outputs } = familyNamed(winner.family);
  const initial = formatVariant(winner.family, { ...initialConfig<Config>(space), ...storage });
  assertEquals([rung, id], [expected.rung, expected.initial ? initial : winner.variant]);
  const names = Object.keys(outputs).map((name) => name === "final_state" ? "state" : name);
  assertEquals(Object.keys(errors).sort(), names.sort(), winner.family);
  for (const [name, error] of Object.entries(errors)) {
    assert(error !== null && error <= (expected.tolerance ?? TOLERANCE), `${id}: ${name} is off by ${error}`);
  }
}
