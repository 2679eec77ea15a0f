import { families } from "../../kernels/mod.ts";
import type { Winner } from "../../profiles/schema.ts";
import { sourceHash } from "../../profiles/source_hash.ts";

/** Hashes of every family's source as it is now, by family. */
export async function currentHashes(): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all(families.map(async (f) => [f.name, await sourceHash(f)] as const)));
}

/** Whether a winner's kernel changed since it was timed, or is no more. */
export function isStale(
  winner: Pick<Winner, "family" | "sourceHash">,
  hashes: ReadonlyMap<string, string>,
): boolean {
  return hashes.get(winner.family) !== winner.sourceHash;
}
