import { type Bundle, GENERATOR } from "../wgsl/bundle.ts";
import type { BundleDevice, ManifestFamily, ManifestVariant } from "../wgsl/manifest.ts";
import { launchOf, type NativeLaunch } from "./launch.ts";

/** WGSL of one or several passes. */
export interface NativeText {
  readonly index: number;
  /** The bundle's file of the first pass that has it. */
  readonly file: string;
  readonly code: string;
}

/** A variant with what it shares with others. */
export interface NativeVariant {
  readonly variant: ManifestVariant;
  readonly launch: NativeLaunch;
  /** The text of each pass. */
  readonly texts: readonly NativeText[];
  /** Upper ends of its bucket's size classes, in the family's order; none of a variant without bucket. */
  readonly classes: readonly number[];
}

/** A family and its variants, in the order in which equals are preferred. */
export interface NativeFamily {
  readonly name: string;
  readonly family: ManifestFamily;
  readonly variants: readonly NativeVariant[];
}

/** A bundle as one source file has it: what several variants have in common stands there once. */
export interface NativeProgram {
  readonly licence: string;
  readonly devices: readonly BundleDevice[];
  readonly families: readonly NativeFamily[];
  /** Axes of all families, by letter. */
  readonly axes: readonly string[];
  readonly launches: readonly NativeLaunch[];
  readonly texts: readonly NativeText[];
  /** The most any variant has, for arrays of a fixed size. */
  readonly most: { readonly words: number; readonly buffers: number; readonly classes: number };
}

/** The program of a bundle. */
export function programOf({ manifest, texts }: Bundle): NativeProgram {
  const known = new Map<string, NativeText>();
  const launches = new Map<string, NativeLaunch>();
  const textOf = (file: string): NativeText => {
    const code = withoutHead(texts.get(file)!);
    const text = known.get(code) ?? { index: known.size, file, code };
    known.set(code, text);
    return text;
  };
  const families = Object.entries(manifest.families).map(([name, family]) => {
    let count = 0;
    const variants = family.variants.map((variant): NativeVariant => {
      const formulas = launchOf(family, variant);
      const key = JSON.stringify([name, formulas], (_, value) => value === undefined ? null : value);
      const launch = launches.get(key) ?? { name: `${name}_${count++}`, ...formulas };
      launches.set(key, launch);
      return {
        variant,
        launch,
        texts: variant.passes.map(({ file }) => textOf(file)),
        classes: variant.bucket === undefined ? [] : classesOf(family, variant),
      };
    });
    return { name, family, variants };
  });
  const all = families.flatMap(({ variants }) => variants.map(({ variant }) => variant));
  return {
    licence: manifest.licence,
    devices: manifest.devices,
    families,
    axes: [...new Set(families.flatMap(({ family }) => Object.keys(family.axes)))].sort(),
    launches: [...launches.values()],
    texts: [...known.values()],
    most: {
      words: Math.max(
        4,
        ...all.flatMap(({ passes }) => passes.map((pass) => uniformWords(pass.params.length))),
      ),
      buffers: Math.max(...all.map(({ buffers }) => buffers.length)),
      classes: Math.max(1, ...families.map(({ family }) => Object.keys(family.classes).length)),
    },
  };
}

/** Words of a uniform block: whole 16 bytes. */
export const uniformWords = (params: number) => Math.max(4, Math.ceil(params / 4) * 4);

/** A text without the lines that say which variant it is from: variants that differ in nothing else share it. */
function withoutHead(text: string): string {
  const head = text.split("\n", 2);
  if (!head[0].startsWith(`// ${GENERATOR}: `)) return text;
  return text.slice(head.join("\n").length + 1);
}

function classesOf({ classes: formulas }: ManifestFamily, { id, classes }: ManifestVariant): number[] {
  return Object.keys(formulas).map((name) => {
    if (classes[name] === undefined) {
      throw new RangeError(`Cannot export ${id}: its bucket has no class ${name}`);
    }
    return classes[name];
  });
}
