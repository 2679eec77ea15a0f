import { initWasm, Resvg } from "@resvg/resvg-wasm";

/** What drawing needs beside the figure, as bytes: a page fetches them, `pngAssets()` reads them. */
export interface PngAssets {
  /** index_bg.wasm of @resvg/resvg-wasm. */
  readonly wasm: BufferSource;
  /** TrueType fonts of one family. */
  readonly fonts: readonly Uint8Array[];
  /** That family's name. */
  readonly family: string;
}

let ready: Promise<void> | undefined;

/** An SVG text as PNG bytes, `scale` pixels for each of its own. Throws Error where the text is no SVG. */
export async function pngOf(svg: string, assets: PngAssets, scale = 2): Promise<Uint8Array> {
  // The module's memory is one for all: a second initWasm throws.
  await (ready ??= initWasm(assets.wasm));
  const drawing = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: {
      fontBuffers: [...assets.fonts],
      defaultFontFamily: assets.family,
      sansSerifFamily: assets.family,
    },
  });
  try {
    const image = drawing.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } finally {
    drawing.free();
  }
}
