import licence from "../../LICENSE" with { type: "text" };
import type { ExportFile } from "../exporter.ts";
import type { Bundle } from "./bundle.ts";
import { wideJson } from "./wide_json.ts";
import { type ManifestFamily, manifestJsonSchema } from "./manifest.ts";
import chooseCode from "./runtime/choose.js" with { type: "text" };
import deviceCode from "./runtime/device.js" with { type: "text" };
import formulaCode from "./runtime/formula.js" with { type: "text" };
import indexTypes from "./runtime/index.d.ts" with { type: "text" };
import indexCode from "./runtime/index.js" with { type: "text" };
import kernelCode from "./runtime/kernel.js" with { type: "text" };
import pipelinesCode from "./runtime/pipelines.js" with { type: "text" };
import stepsCode from "./runtime/steps.js" with { type: "text" };

/** The files of a bundle, without its README: WGSL, manifest, the module that loads them, and its types. */
export function bundleFiles({ manifest, texts }: Bundle): ExportFile[] {
  const { devices, families } = manifest;
  return [
    { path: "index.js", text: indexCode },
    { path: "index.d.ts", text: indexTypes + "\n" + familyTypes(families) },
    { path: "kernel.js", text: kernelCode },
    { path: "choose.js", text: chooseCode },
    { path: "steps.js", text: stepsCode },
    { path: "pipelines.js", text: pipelinesCode },
    { path: "device.js", text: deviceCode },
    { path: "formula.js", text: formulaCode },
    { path: "families.js", text: familiesModule(Object.keys(families), devices) },
    ...Object.entries(families).map(([name, family]) => ({
      path: `data/${name}.js`,
      text: dataModule(family, texts),
    })),
    // Types and modules as Node and bundlers look for them.
    {
      path: "package.json",
      text: json({
        name: "deltatune-kernels",
        private: true,
        type: "module",
        license: manifest.licence,
        exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
      }),
    },
    { path: "manifest.json", text: json(manifest) },
    { path: "manifest.schema.json", text: json(manifestJsonSchema()) },
    { path: "LICENSE", text: licence },
    ...[...texts].map(([path, text]) => ({ path, text })),
  ];
}

const json = (value: unknown) => wideJson(value) + "\n";

/** A family is loaded when it is asked for. */
function familiesModule(names: readonly string[], devices: unknown): string {
  const entries = names.map((name) => `  ${name}: () => import("./data/${name}.js"),\n`).join("");
  return `export const devices = ${JSON.stringify(devices)};\nexport const families = {\n${entries}};\n`;
}

/** A family's part of the manifest and its texts, as a module: `fetch` and files are not the same everywhere, imports are. */
function dataModule(family: ManifestFamily, texts: ReadonlyMap<string, string>): string {
  const files = new Set(family.variants.flatMap(({ passes }) => passes.map(({ file }) => file)));
  const code = [...files].map((file) => `  ${JSON.stringify(file)}: ${JSON.stringify(texts.get(file))},\n`)
    .join("");
  return `export const family = ${JSON.stringify(family)};\nexport const code = {\n${code}};\n`;
}

/** `load` of each family, with the names of its tensors and axes. */
function familyTypes(families: Readonly<Record<string, ManifestFamily>>): string {
  const one = Object.keys(families).length === 1;
  return Object.entries(families).map(([name, { doc, axes, storage, variants }]) => {
    const tensors = variants[0].buffers.filter(({ role }) => role !== "scratch").map((b) =>
      JSON.stringify(b.name)
    );
    const sizes = Object.entries(axes).map(([axis, { doc, min }]) =>
      `    /** ${doc} */\n    readonly ${axis}${min === 0 ? "?" : ""}: number;\n`
    );
    const choices = Object.entries(storage).map(([key, values]) =>
      `    readonly ${key}?: ${values.map((value) => JSON.stringify(value)).join(" | ")};\n`
    );
    return `/** ${doc}. */\nexport function load(\n  device: GPUDevice,\n  family${
      one ? "?" : ""
    }: "${name}",\n  options?: LoadOptions<{\n${choices.join("")}  }>,\n): Promise<\n  Kernel<${
      tensors.join(" | ")
    }, {\n${sizes.join("")}  }>\n>;\n`;
  }).join("\n");
}
