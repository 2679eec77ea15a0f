import { shortHash } from "../profiles/device_ladder.ts";
import { RESERVED } from "./file_problem.ts";

/**
 * A device's folder name as a part of a file's name: itself where every disk takes it, as those that `tune` gives are;
 * else its letters and digits, and a hash that tells it from others.
 */
export function fileWord(slug: string): string {
  const safe = slug.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "");
  if (safe === slug && !RESERVED.test(slug)) return slug;
  return [safe, shortHash(slug)].filter((part) => part !== "").join("_");
}
