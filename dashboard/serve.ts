import type { PngAssets } from "../compare/png.ts";
import { pngAssets } from "../compare/png_assets_fs.ts";
import { currentHashes } from "./app/staleness.ts";
import { loadAssets } from "./assets_fs.ts";
import { buildDashboard } from "./build.ts";
import { openShelf } from "./shelf_fs.ts";

/** Visited once before anybody waits for them: those that read all devices, and one of each other kind. */
const READ_AHEAD = ["/", "/portability", "/compare"];

export interface DashboardOptions {
  /** Folder of the profiles. */
  readonly root: string;
  readonly hostname: string;
  /** 0: any free one. */
  readonly port: number;
  /** Asked of every request; must be there where `hostname` is not this machine's own. */
  readonly token?: string;
  readonly onBuild?: () => void;
}

export interface RunningDashboard {
  /** Where a browser finds it, with the token where there is one. */
  readonly url: string;
  /** Answers requests under way, ends streams, and lets go of the port. */
  close(): Promise<void>;
  readonly finished: Promise<void>;
}

/**
 * Builds what is not built, serves, and reads the store once so that the first page is as quick as the others. Throws
 * Deno.errors.AddrInUse where the port is taken.
 */
export async function serveDashboard(options: DashboardOptions): Promise<RunningDashboard> {
  const { root, hostname, port, token } = options;
  Deno.listen({ hostname, port }).close(); // an address that can't be had is said before anything is built
  await buildDashboard(options.onBuild);
  const server: App = (await import(new URL("dist/server/server.mjs", import.meta.url).href)).default;
  const assets = await loadAssets();
  const shelf = openShelf(root);
  const [{ devices }] = await Promise.all([shelf.devices(), currentHashes()]); // the hashes take a second, once
  let png: Promise<PngAssets> | undefined;
  const ending = new AbortController();
  const answer = (request: Request) =>
    assets.respond(request) ??
      server.fetch(request, {
        shelf,
        token,
        assets: assets.paths,
        pngAssets: () => png ??= pngAssets(),
        ending: ending.signal,
      });
  const listener = Deno.serve({ hostname, port, onListen: () => {} }, answer);
  const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const first = devices.slice(0, 1).map(({ slug }) => `/devices/${slug}`);
  for (const page of [...READ_AHEAD, ...first]) {
    await (await answer(new Request(`http://localhost${page}`, { headers }))).body?.cancel();
  }
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const path = token === undefined ? "/" : `/?token=${encodeURIComponent(token)}`;
  return {
    url: `http://${host}:${listener.addr.port}${path}`,
    finished: listener.finished,
    async close() {
      ending.abort();
      await listener.shutdown();
    },
  };
}

interface App {
  fetch(request: Request, env: unknown): Response | Promise<Response>;
}
