import type { AnyFamily, Axes, Capabilities } from "../../kernels/core/family.ts";
import { type Config, FORMULATION, initialConfig, storageChoices } from "../../kernels/core/space.ts";
import { capabilitiesOf, LEAST_LIMITS } from "../../profiles/capabilities.ts";
import { classFormulas } from "../../profiles/buckets.ts";
import type { DeviceRecord, Winner } from "../../profiles/schema.ts";
import { sourceHash } from "../../profiles/source_hash.ts";
import type { ExportRequest } from "../exporter.ts";
import {
  type BundleDevice,
  type Manifest,
  MANIFEST_VERSION,
  type ManifestFamily,
  type ManifestVariant,
} from "./manifest.ts";
import { type BundledVariant, bundleVariants } from "./variant.ts";

/** A manifest and the text of every WGSL file it names. */
export interface Bundle {
  readonly manifest: Manifest;
  readonly texts: ReadonlyMap<string, string>;
}

/** Who made a bundle: in its manifest, and on top of every text. */
export const GENERATOR = "deltatune";
const LICENCE = "MIT";

/** Every winner of the request, and behind them the families' defaults for devices and sizes no winner serves. */
export async function bundleOf({ devices, families }: ExportRequest): Promise<Bundle> {
  const texts = new Map<string, string>();
  const parts: Record<string, ManifestFamily> = {};
  for (const family of families) {
    const hash = await sourceHash(family);
    const tuned = devices.flatMap(({ profile, stale }, device) =>
      profile.winners.filter((winner) => winner.family === family.name).flatMap((winner) =>
        bundleVariants(family, winner.config, winner.axes, capabilitiesOf(profile.device), {
          device,
          bucket: winner.bucket,
          measured: measured(winner, stale.get(winner)),
          sourceHash: hash,
        })
      )
    );
    const winners = devices.flatMap(({ profile }) => profile.winners).filter((w) => w.family === family.name);
    const variants = [...tuned, ...portable(family, winners, hash)].map((bundled) =>
      named(family, bundled, texts)
    );
    if (variants.length === 0) continue;
    parts[family.name] = {
      doc: family.doc,
      axes: Object.fromEntries(
        Object.entries(family.axes).map(([name, { doc, min, max }]) => [name, { doc, min, max }]),
      ),
      classes: classFormulas(Object.keys(family.axes)),
      storage: storageValues(family, variants),
      tensors: tensorWords(family),
      variants,
    };
  }
  if (Object.keys(parts).length === 0) {
    const names = families.map(({ name }) => name).join(", ");
    throw new RangeError(`Cannot export ${names} as WGSL: no device has a winner of it; tune it first`);
  }
  return {
    manifest: {
      manifestVersion: MANIFEST_VERSION,
      generator: GENERATOR,
      licence: LICENCE,
      devices: devices.map(({ slug, profile }) => identity(slug, profile.device)),
      families: parts,
    },
    texts,
  };
}

function identity(slug: string, device: DeviceRecord): BundleDevice {
  const { vendor, architecture, device: id, description, driver, backend, runtime, software } = device;
  return { slug, vendor, architecture, device: id, description, driver, backend, runtime, software };
}

function measured({ axes, timing, error }: Winner, stale: string | undefined) {
  return { axes, timing, error, ...(stale !== undefined && { stale }) };
}

/** What every adapter grants, and the same with f16 for storage in it. */
const LEAST_DEVICE: Capabilities = { engine: "tint", features: ["shader-f16"], limits: LEAST_LIMITS };

/** The default config in every storage type, at the head sizes that were tuned and with as many sequences as there may be. */
function portable(family: AnyFamily, winners: readonly Winner[], hash: string): BundledVariant[] {
  const sizes = winners.flatMap(({ axes }) => [axes, { ...axes, ...mostSequences(family) }]);
  const found = new Map<string, BundledVariant>();
  for (const config of storageConfigs(family)) {
    for (const axes of sizes) {
      for (const bundled of tryVariants(family, config, axes, hash)) {
        const { lets, holds, exact, passes } = bundled.variant;
        found.set(JSON.stringify([config, lets, holds, exact, passes, bundled.texts]), bundled);
      }
    }
  }
  return [...found.values()];
}

function mostSequences({ axes }: AnyFamily): Axes {
  return Object.fromEntries(["B", "N"].filter((name) => name in axes).map((name) => [name, axes[name].max]));
}

/** None where the default can't run at these sizes on every adapter. */
function tryVariants(family: AnyFamily, config: Config, axes: Axes, hash: string): BundledVariant[] {
  try {
    return bundleVariants(family, config, axes, LEAST_DEVICE, { sourceHash: hash });
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

const storageNames = (family: AnyFamily) =>
  Object.keys(storageChoices(family.space, initialConfig(family.space)));

/** The storage types there are variants for, the default first. */
function storageValues(family: AnyFamily, variants: readonly ManifestVariant[]): ManifestFamily["storage"] {
  return Object.fromEntries(
    storageNames(family).map((name) => {
      const { values, initial } = family.space.tunables[name];
      const there = values.filter((value) => variants.some(({ storage }) => storage[name] === value));
      return [name, there.toSorted((a, b) => Number(b === initial) - Number(a === initial))];
    }),
  );
}

/** The default config with every combination of storage types. */
function storageConfigs(family: AnyFamily): Config[] {
  return storageNames(family).reduce<Config[]>(
    (configs, name) =>
      configs.flatMap((config) =>
        family.space.tunables[name].values.map((value) => ({ ...config, [name]: value }))
      ),
    [initialConfig<Config>(family.space)],
  );
}

/** What the buffers of the caller's tensors hold, by the tensor's name. */
function tensorWords({ inputs, outputs }: AnyFamily): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...inputs, ...outputs }).map((
      [name, { shape, doc }],
    ) => [name, `[${shape.join(", ")}] ${doc}`]),
  );
}

/** Gives a variant's texts their files: those of one text share one. */
function named(family: AnyFamily, { variant, texts }: BundledVariant, all: Map<string, string>) {
  const folder = `${family.name}/${folderOf(family, variant.config, variant.exact)}`;
  return {
    ...variant,
    passes: variant.passes.map((pass, i) => {
      const text =
        `// ${GENERATOR}: pass ${pass.label} of ${variant.id}\n// source ${variant.sourceHash}, licence ${LICENCE}\n${
          texts[i]
        }`;
      for (let n = 1;; n++) {
        const file = `${folder}/${pass.label}${n > 1 ? `_${n}` : ""}.wgsl`;
        const there = all.get(file);
        if (there !== undefined && there !== text) continue;
        all.set(file, text);
        return { ...pass, file };
      }
    }),
  };
}

/** What the config changes of its formulation's default, and the sizes in its text, as a file name. */
function folderOf(family: AnyFamily, config: Config, exact: Axes): string {
  const initial = initialConfig<Config>(family.space, config[FORMULATION]);
  const first = initialConfig<Config>(family.space)[FORMULATION];
  const changed = Object.entries(config).filter(([name, value]) =>
    value !== (name === FORMULATION ? first : initial[name])
  );
  const sizes = Object.entries(exact).map(([name, size]) => `${name}${size}`);
  return [...sizes, ...changed.map(([name, value]) => `${name}-${value}`)].join("_") || "default";
}
