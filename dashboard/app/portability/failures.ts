import type { Matrix } from "./matrix.ts";
import { differences, shortName } from "./portable_words.ts";

/** Why configs of a matrix failed on devices, a sentence each. */
export function failures(family: string, { contestants, rows }: Matrix): string[] {
  return rows.flatMap(({ config, cells }) =>
    cells.flatMap((cell, i) =>
      cell.kind === "failed"
        ? `${differences(family, config).join(" ") || "default"} on ${
          shortName(contestants[i].device.profile.device)
        }: ${cell.reason}`
        : []
    )
  );
}
