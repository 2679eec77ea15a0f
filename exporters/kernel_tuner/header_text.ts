import type { AnyFamily } from "../../kernels/core/family.ts";
import { type Config, initialConfig, storageChoices, type TunableValue } from "../../kernels/core/space.ts";
import type { KernelContenders } from "../contenders.ts";
import { commonest, type StoredResult } from "./stored_results.ts";

/**
 * A C header with a macro a tunable: one branch a device, taken where `TARGET_<device>` is defined, and the family's
 * default elsewhere. Words are macros too, each with its place among the tunable's values, so that `#if` compares them.
 */
export function headerText(
  { kernel, family, rounds }: KernelContenders,
  records: readonly StoredResult[],
): string {
  const storage = storageChoices(family.space, rounds[0][0].config);
  const devices = [...Map.groupBy(records, ({ device_name }) => device_name)];
  const branches = devices.map(([device, own], i) => {
    const sizes = [...new Set(own.map(({ problem_size }) => problem_size))];
    return [
      `#${i === 0 ? "if" : "elif"} defined(TARGET_${device})`,
      `/* tuned at ${sizes.join(", ")} tokens x sequences x heads */`,
      ...Object.entries(commonest(own)).map(([name, value]) => define(family, name, value)),
    ].join("\n");
  });
  const initial: Config = { ...initialConfig(family.space), ...storage };
  return [
    `/* ${kernel}: variants chosen by Deltatune; README.md says what they rest on. */`,
    "#pragma once",
    "#ifndef kernel_tuner /* a tuner that compiles the kernel gives its own values */",
    "",
    ...words(family),
    "",
    ...branches,
    "#else /* the portable default */",
    ...Object.entries(initial).map(([name, value]) => define(family, name, value)),
    "#endif",
    "",
    "#endif /* kernel_tuner */",
    "",
  ].join("\n");
}

/** A macro for each word a tunable may be. */
function words(family: AnyFamily): string[] {
  return Object.entries(family.space.tunables).flatMap(([name, { values }]) =>
    values.flatMap((value, place) =>
      typeof value === "string" ? `#define ${macro(family, name)}_${upper(value)} ${place}` : []
    )
  );
}

function define(family: AnyFamily, name: string, value: TunableValue): string {
  const own = macro(family, name);
  return `#define ${own} ${typeof value === "string" ? `${own}_${upper(value)}` : Number(value)}`;
}

/** Under the family's name, for a bare `threads` or `unroll` would replace what other headers say. */
const macro = (family: AnyFamily, name: string) => `${upper(family.name)}_${upper(name)}`;

const upper = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
