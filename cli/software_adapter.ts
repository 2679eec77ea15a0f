import { type PackagePart, packagePart } from "./chromium_package.ts";

const ICD = "vk_swiftshader_icd.json";
const SWIFTSHADER: PackagePart = {
  name: "swiftshader",
  what: "the software adapter SwiftShader",
  archives: ["swiftshader.tar.br"],
  arrange: pointIcdAt,
};

/**
 * Environment in which a child process finds SwiftShader as its only Vulkan driver. The first call fetches it from the
 * npm registry, with no root, and says so through `onNotice`. Throws UserError where SwiftShader can't be had.
 */
export async function softwareEnvironment(onNotice: (text: string) => void): Promise<Record<string, string>> {
  const folder = await packagePart(SWIFTSHADER, onNotice);
  return {
    DENO_WEBGPU_BACKEND: "vulkan",
    LD_LIBRARY_PATH: [folder, Deno.env.get("LD_LIBRARY_PATH")].filter(Boolean).join(":"),
    VK_DRIVER_FILES: `${folder}/${ICD}`,
    VK_ICD_FILENAMES: `${folder}/${ICD}`,
  };
}

/** The loader resolves a relative library path against LD_LIBRARY_PATH or the ICD file, depending on its version. */
async function pointIcdAt(unpacked: string, folder: string): Promise<void> {
  const icd = JSON.parse(await Deno.readTextFile(`${unpacked}/${ICD}`));
  icd.ICD.library_path = `${folder}/libvk_swiftshader.so`;
  await Deno.writeTextFile(`${unpacked}/${ICD}`, JSON.stringify(icd));
}
