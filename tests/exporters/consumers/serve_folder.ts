/** A static server of a folder, as `npx serve` is one. */
export function serveFolder(folder: string): { readonly origin: string; close(): Promise<void> } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname);
    try {
      const content = await Deno.readFile(folder + path);
      return new Response(content, { headers: { "content-type": TYPES[path.split(".").at(-1)!] ?? "" } });
    } catch {
      return new Response("<!DOCTYPE html>not found", {
        status: 404,
        headers: { "content-type": TYPES.html },
      });
    }
  });
  return { origin: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() };
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  json: "application/json",
  safetensors: "application/octet-stream",
};
