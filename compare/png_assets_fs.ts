import type { PngAssets } from "./png.ts";

/** The drawing module and its font, Inter under the SIL Open Font License, from their npm packages. */
export async function pngAssets(): Promise<PngAssets> {
  const read = (specifier: string) => Deno.readFile(new URL(import.meta.resolve(specifier)));
  const [wasm, ...fonts] = await Promise.all([
    read("@resvg/resvg-wasm/index_bg.wasm"),
    read("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"),
    read("@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf"),
  ]);
  return { wasm, fonts, family: "Inter" };
}
