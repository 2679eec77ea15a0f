import { pngOf } from "../../compare/png.ts";
import { pngAssets } from "../../compare/png_assets_fs.ts";
import { assert, assertEquals } from "../assert.ts";

const assets = await pngAssets();
const svg = (inner: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" font-family="system-ui, sans-serif">${inner}</svg>`;
const TEXT = '<text x="2" y="15" font-size="14">4K</text>';

Deno.test("pngOf() writes a PNG of the asked size", async () => {
  const png = await pngOf(svg('<rect width="40" height="20" fill="#fff"/>'), assets, 3);
  assertEquals([...png.slice(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const head = new DataView(png.buffer, png.byteOffset);
  assertEquals([head.getUint32(16), head.getUint32(20)], [120, 60]);
});

Deno.test("pngOf() draws words with the font it is given, regular and bold", async () => {
  const [without, regular, bold] = await Promise.all([
    pngOf(svg(TEXT), { ...assets, fonts: [] }),
    pngOf(svg(TEXT), assets),
    pngOf(svg(TEXT.replace("<text", '<text font-weight="600"')), assets),
  ]);
  assert(without.length < regular.length, `${without.length} and ${regular.length} bytes`);
  assert(regular.toBase64() !== bold.toBase64());
});

Deno.test("pngOf() refuses what is no SVG", async () => {
  const error = await pngOf("<svg", assets).then(() => undefined, (reason) => reason);
  assert(error !== undefined);
});
