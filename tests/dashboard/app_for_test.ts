import { pngAssets } from "../../compare/png_assets_fs.ts";
import { buildDashboard } from "../../dashboard/build.ts";
import { loadAssets } from "../../dashboard/assets_fs.ts";
import type { Bindings } from "../../dashboard/app/env.ts";
import { openShelf } from "../../dashboard/shelf_fs.ts";
import { parseHTML } from "linkedom";

/** The dashboard's pages without a listener: what a request is answered. */
export interface AppForTest {
  /** Asks for a path as a browser on this machine would; posts are of the dashboard's own pages unless `init` says otherwise. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** The page of a path, parsed. Throws Error with the answer's text where its status is not `status`. */
  page(path: string, status?: number): Promise<Document>;
}

/** Builds the dashboard where it is not built, and answers with the profiles under `root`. */
export async function appForTest(root: string, bindings: Partial<Bindings> = {}): Promise<AppForTest> {
  await buildDashboard();
  const [{ default: server }, assets] = await Promise.all([
    import(new URL("../../dashboard/dist/server/server.mjs", import.meta.url).href),
    loadAssets(),
  ]);
  const env: Bindings = {
    shelf: openShelf(root),
    assets: assets.paths,
    pngAssets,
    ending: new AbortController().signal,
    ...bindings,
  };
  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", "localhost");
    const isRead = init.method === undefined || init.method === "GET" || init.method === "HEAD";
    if (!isRead && !headers.has("origin")) headers.set("origin", "http://localhost");
    const asked = new Request(new URL(path, "http://localhost"), { ...init, headers });
    return assets.respond(asked) ?? await server.fetch(asked, env);
  };
  return {
    request,
    async page(path, status = 200) {
      const answer = await request(path);
      const text = await answer.text();
      if (answer.status !== status) {
        throw new Error(`Asked for ${path}: ${answer.status} and not ${status}, ${text.slice(0, 500)}`);
      }
      return parseHTML(text).document as unknown as Document;
    },
  };
}

/** The profiles that come with the repository. */
export const STORED_PROFILES = new URL("../../profiles/data", import.meta.url).pathname;
