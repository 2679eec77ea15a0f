import { fileURLToPath } from "node:url";
import { ANSWER_HEADERS } from "./app/answer_headers.ts";

const CLIENT = fileURLToPath(new URL("dist/client/", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
};

/** The built files browsers load, held in memory as they are and gzipped. */
export interface Assets {
  /** URL path by source, as "app/client.ts". */
  readonly paths: Readonly<Record<string, string>>;
  /** The answer to a request for one; undefined where there is no such file. */
  respond(request: Request): Response | undefined;
}

/** Reads `dist/client`. */
export async function loadAssets(): Promise<Assets> {
  const manifest: Record<string, { file: string }> = JSON.parse(
    await Deno.readTextFile(`${CLIENT}.vite/manifest.json`),
  );
  const files = new Map<string, { plain: Uint8Array<ArrayBuffer>; gzipped: Uint8Array<ArrayBuffer> }>();
  for await (const { name } of Deno.readDir(`${CLIENT}assets`)) {
    const plain = await Deno.readFile(`${CLIENT}assets/${name}`);
    const gzipped = new Uint8Array(
      await new Response(new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
    );
    files.set(`/assets/${name}`, { plain, gzipped });
  }
  return {
    paths: Object.fromEntries(Object.entries(manifest).map(([source, { file }]) => [source, `/${file}`])),
    respond(request) {
      const { pathname } = new URL(request.url);
      const file = files.get(pathname);
      if (!file) return undefined;
      const isGzip = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
      return new Response(isGzip ? file.gzipped : file.plain, {
        headers: {
          ...ANSWER_HEADERS,
          "content-type": TYPES[pathname.split(".").at(-1)!] ?? "application/octet-stream",
          // Their names change with their content.
          "cache-control": "public, max-age=31536000, immutable",
          vary: "accept-encoding",
          ...(isGzip && { "content-encoding": "gzip" }),
        },
      });
    },
  };
}
