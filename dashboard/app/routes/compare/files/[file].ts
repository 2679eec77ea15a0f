import { pointsCsv } from "../../../../../compare/csv.ts";
import { pngOf } from "../../../../../compare/png.ts";
import { svgOf } from "../../../../../compare/svg.ts";
import { svgDocument } from "../../../../../compare/svg_document.ts";
import { shownComparison, shownFigures } from "../../../compare/shown_figures.ts";
import { loadView } from "../../../compare/view.ts";
import { createRoute } from "../../../create_route.ts";

/** Figures and numbers of the page's address as files: `<figure>.svg`, `<figure>.png`, `points.csv`, `comparison.json`. */
export default createRoute(async (c) => {
  const { view } = await loadView(c.env.shelf, new URL(c.req.url).searchParams);
  const [, name = "", type = ""] = /^(.+)\.([a-z]+)$/.exec(c.req.param("file") ?? "") ?? [];
  if (!view) return c.notFound();
  const file = (content: string | Uint8Array<ArrayBuffer>, contentType: string) =>
    c.body(content, 200, {
      "content-type": contentType,
      "content-disposition": `attachment; filename="${
        safeName(`${view.choice.devices.join("_")}_${name}`)
      }.${type}"`,
      "cache-control": "no-store",
    });
  if (name === "points" && type === "csv") {
    return file(pointsCsv(shownComparison(view)), "text/csv; charset=utf-8");
  }
  if (name === "comparison" && type === "json") {
    const all = view.shown.map(({ comparison }) => comparison);
    return file(`${JSON.stringify(all.length === 1 ? all[0] : all, null, 2)}\n`, "application/json");
  }
  const figure = shownFigures(view).find((figure) => figure.name === name);
  if (!figure || type !== "svg" && type !== "png") return c.notFound();
  const svg = svgOf(figure, svgDocument());
  if (type === "svg") return file(svg, "image/svg+xml");
  return file(new Uint8Array(await pngOf(svg, await c.env.pngAssets())), "image/png");
});

/** Letters, digits, dots and dashes only: it goes into a header and becomes a file on someone's disk. */
function safeName(text: string): string {
  return text.replaceAll(/[^\w.-]+/g, "_").slice(0, 120);
}
