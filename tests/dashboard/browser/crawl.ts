import { parseHTML } from "linkedom";

/** Most pages of a crawl. */
const MOST_PAGES = 60;
/** Addresses under one folder of routes: a few are enough. */
const MOST_OF_A_KIND = 4;

/** What a visitor finds who follows links. */
export interface Crawled {
  /** Paths of pages, in the order they were found. */
  readonly pages: readonly string[];
  /** Links that lead nowhere, each with the page it stands on. */
  readonly dead: readonly { readonly from: string; readonly to: string; readonly status: number }[];
}

/**
 * Follows links of the same origin from `start`, `depth` clicks far. Pages count once whatever their query, and few of
 * those that differ only in a name.
 */
export async function crawl(
  ask: (path: string) => Promise<Response>,
  { start = "/", depth = 2 } = {},
): Promise<Crawled> {
  const pages: string[] = [];
  const dead: { from: string; to: string; status: number }[] = [];
  const seen = new Set([start]);
  const kinds = new Map<string, number>();
  let ring = [{ from: "", to: start }];
  for (let clicks = 0; clicks <= depth; clicks++) {
    const next: typeof ring = [];
    for (const { from, to } of ring) {
      if (pages.length >= MOST_PAGES) break;
      const answer = await ask(to);
      const isPage = answer.headers.get("content-type")?.startsWith("text/html") ?? false;
      if (!answer.ok) dead.push({ from, to, status: answer.status });
      if (!answer.ok || !isPage) {
        await answer.body?.cancel();
        continue;
      }
      const { pathname } = new URL(to, "http://here");
      if (!pages.includes(pathname)) pages.push(pathname);
      for (const link of linksOf(await answer.text())) {
        const kind = kindOf(link);
        if (seen.has(link) || (kinds.get(kind) ?? 0) >= MOST_OF_A_KIND) continue;
        seen.add(link);
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        next.push({ from: to, to: link });
      }
    }
    ring = next;
  }
  return { pages, dead };
}

/** Where a page's links lead on its own origin, without fragments. */
function linksOf(page: string): string[] {
  const { document } = parseHTML(page);
  return [...document.querySelectorAll("a[href]")]
    .map((link) => link.getAttribute("href")!.replace(/#.*/, ""))
    .filter((href) => /^\/(?!\/|assets\/)/.test(href));
}

/** A path's first word, how many follow, and its last one where that is no name of a device or family. */
export function kindOf(link: string): string {
  const { pathname, search } = new URL(link, "http://here");
  const words = pathname.split("/").slice(1);
  if (words.length === 1) return search === "" ? pathname : `${pathname}?`;
  return `${words[0]}/${words.length}${words.length > 3 ? words.slice(3).join("/") : ""}${
    search === "" ? "" : "?"
  }`;
}
