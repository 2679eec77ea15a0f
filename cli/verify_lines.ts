import { familyNamed } from "../kernels/mod.ts";
import type { DeviceRecord } from "../profiles/schema.ts";
import { softwareLines } from "./device_lines.ts";
import { changedTunables } from "./changed_tunables.ts";
import { formatUs } from "./duration.ts";
import { table } from "./output.ts";
import { sizesOf } from "./verify_cases.ts";
import type { VerifyRow } from "./verify_session.ts";

/** What `verify` prints: tables of what ran, what was refused, what failed for another reason than a wrong result. */
export function verifyLines(
  rows: readonly VerifyRow[],
  device: DeviceRecord,
  elapsedMs: number,
): string[] {
  const ran = rows.filter(({ status }) => status !== "refused");
  const failed = ran.filter(({ status }) => status !== "passed");
  const refused = rows.filter(({ status }) => status === "refused");
  const refusedVariants = new Set(refused.map(({ variant }) => variant)).size;
  return [
    ...[...Map.groupBy(ran, ({ family }) => family)].flatMap(([family, own]) => familyLines(family, own)),
    ...reasons("Refused:", refused),
    ...reasons("Failed:", failed),
    ran.length === 0
      ? "Nothing was verified: the device refuses every variant."
      : `${
        ran.length - failed.length
      } of ${ran.length} verifications passed on ${device.description} through ` +
        `${device.backend}, ${refusedVariants} variants refused, in ${formatUs(elapsedMs * 1e3)}.`,
    ...softwareLines(device),
  ];
}

/** A row per variant and kind of inputs, the worst of all sizes. */
function familyLines(family: string, rows: readonly VerifyRow[]): string[] {
  const outputs = [...new Set(rows.flatMap(({ errors }) => Object.keys(errors ?? {})))];
  const head = ["inputs", ...outputs, "allowed", "result", "longest call", "variant"];
  const groups = [...Map.groupBy(rows, ({ variant, inputs }) => `${variant} ${inputs}`).values()];
  const variants = [...new Set(rows.map(({ variant }) => variant))];
  const cells = variants.flatMap((variant) => groups.filter((group) => group[0].variant === variant))
    .map((sizes) => [
      sizes[0].inputs,
      ...outputs.map((output) => largest(sizes.map(({ errors }) => errors?.[output]), exponential)),
      largest(sizes.map(({ tolerance }) => tolerance), (value) => value.toExponential(0)),
      sizes.find(({ status }) => status !== "passed")?.status ?? "passed",
      largest(sizes.map(({ callMs }) => callMs), (ms) => formatUs(ms * 1e3)),
      changedTunables(family, sizes[0].config),
    ]);
  const sizes = sizesOf(rows);
  const docs = Object.entries(familyNamed(family).regimes ?? {})
    .filter(([name]) => rows.some(({ inputs }) => inputs === name));
  return [
    `${family} at ${sizes.length > 3 ? `${sizes.length} sizes` : sizes.join(" and ")}`,
    ...table(head, cells, head.slice(1, -1).map((_, i) => i + 1)),
    ...docs.map(([name, doc]) => `${name}: ${doc}`),
    "",
  ];
}

const exponential = (value: number) => value.toExponential(1);

/** NaN where any value is one: an element nobody wrote, or an overflow. */
function largest(values: readonly (number | undefined)[], print: (value: number) => string): string {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? "-" : print(Math.max(...known));
}

/** Every variant with its reason, once whatever the inputs; a reason that names the variant in full does so no more. */
function reasons(title: string, rows: readonly VerifyRow[]): string[] {
  const lines = rows.filter(({ reason }) => reason !== undefined).map(({ family, config, reason }) =>
    `  ${changedTunables(family, config)}: ${reason!.replace(/^Cannot run \S+: /, "")}`
  );
  return lines.length === 0 ? [] : [title, ...new Set(lines), ""];
}
