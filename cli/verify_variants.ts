import type { AnyFamily } from "../kernels/core/family.ts";
import {
  type Config,
  formulations,
  initialConfig,
  tunablesRead,
  type TunableValue,
  violations,
} from "../kernels/core/space.ts";
import { formatVariant, parseConfig, splitVariant } from "../kernels/core/variant_id.ts";
import { familyNamed } from "../kernels/mod.ts";
import { deviceSlug } from "../profiles/device_ladder.ts";
import { illegal } from "../profiles/resolve.ts";
import type { DeviceRecord, Winner } from "../profiles/schema.ts";
import { listDevices } from "../profiles/store_fs.ts";
import { UserError } from "./user_error.ts";

/** A config to verify, and where it comes from. */
export interface VerifyVariant {
  readonly config: Config;
  readonly from: string;
}

/** Variants the caller named, by family. Throws UserError for one of a family that is not to be verified. */
export function namedVariants(
  ids: readonly string[],
  families: readonly AnyFamily[],
): Map<string, VerifyVariant[]> {
  const named = new Map<string, VerifyVariant[]>();
  for (const id of ids) {
    const { family, assignments } = splitVariant(id);
    const config = parseConfig(family, familyNamed(family).space, assignments);
    if (!families.some(({ name }) => name === family)) {
      throw new UserError(
        `Cannot verify ${id}: its family is not among ${families.map(({ name }) => name).join(", ")}`,
      );
    }
    named.set(family, [...named.get(family) ?? [], { config, from: "asked for" }]);
  }
  return named;
}

/** The initial config of every formulation in every storage type it offers, and the winners of a profile, each once. */
export function usualVariants(family: AnyFamily, winners: readonly Winner[]): VerifyVariant[] {
  const variants: VerifyVariant[] = [
    ...formulations(family.space).flatMap((formulation) =>
      inEveryStorage(family, formulation).map((config) => ({ config, from: "initial" }))
    ),
    ...winners.map(({ config, bucket }) => ({ config, from: `winner of ${bucket}` })),
  ];
  const seen = new Set<string>();
  return variants.filter(({ config }) => {
    const id = formatVariant(family.name, config);
    return !seen.has(id) && seen.add(id);
  });
}

/** Storage of the caller's tensors, types and layouts, and of what the passes hand to each other. */
function inEveryStorage({ space }: AnyFamily, formulation: TunableValue | undefined): Config[] {
  const storage = tunablesRead(space, formulation).filter(([, t]) => t.storageOf || t.values.includes("f16"));
  return storage.reduce<Config[]>(
    (configs, [name, { values }]) =>
      configs.flatMap((config) => values.map((value) => ({ ...config, [name]: value }))),
    [initialConfig<Config>(space, formulation)],
  ).filter((config) => violations(space, config).length === 0);
}

/** The winners this very device has in its profile, and what stands in the way of others. */
export async function deviceWinners(
  record: DeviceRecord,
  families: readonly AnyFamily[],
  root: string,
): Promise<{ winners: Winner[]; notices: string[] }> {
  const { devices, warnings } = await listDevices(root);
  const notices = [...warnings];
  const own = devices.filter(({ slug }) => slug === deviceSlug(record)).flatMap(({ profile }) =>
    profile.winners
  );
  const winners = own.filter((winner) => {
    const family = families.find(({ name }) => name === winner.family);
    const reason = family && illegal(family, winner.config);
    if (reason !== undefined) notices.push(`Passed over the winner of ${winner.bucket}: ${reason}`);
    return family && reason === undefined;
  });
  return { winners, notices };
}
