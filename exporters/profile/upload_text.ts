import type { Upload } from "../../profiles/upload.ts";

/** Prints a record as JSON, every trial and winner on a line of its own: a line diff tells what another one has more. */
export function uploadText({ profile, ...rest }: Upload): string {
  const { schemaVersion, ...lists } = rest;
  return object({ schemaVersion, profile: object(profile), ...lists }, ["profile"]) + "\n";
}

/** Fields a line each, lists an element a line; those of `printed` are JSON already. */
function object(fields: object, printed: readonly string[] = []): string {
  const lines = Object.entries(fields).filter(([, value]) => value !== undefined).map(([name, value]) =>
    `${JSON.stringify(name)}: ${printed.includes(name) ? value : listOrValue(value)}`
  );
  return `{\n${lines.join(",\n")}\n}`;
}

function listOrValue(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return JSON.stringify(value);
  return `[\n${value.map((element) => JSON.stringify(element)).join(",\n")}\n]`;
}
