import { dirname, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import honox from "honox/vite";
import { build, type InlineConfig, type Plugin } from "vite";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const STAMP = `${ROOT}dist/stamp`;

/**
 * Builds what the server runs (`dist/server`) and what browsers load (`dist/client`), unless both are newer than every
 * source. Takes about a second. Throws Error with the bundler's words where a source does not compile.
 */
export async function buildDashboard(onStart: () => void = () => {}): Promise<void> {
  const stamp = await newestSource();
  if (await Deno.readTextFile(STAMP).catch(() => "") === stamp) return;
  onStart();
  await build({
    ...shared(),
    build: {
      outDir: "dist/client",
      emptyOutDir: true,
      manifest: true,
      rolldownOptions: { input: ["/app/client.ts", "/app/style.css"] },
    },
  });
  await build({
    ...shared(),
    build: { outDir: "dist/server", emptyOutDir: true, ssr: "app/server.ts" },
  });
  await Deno.writeTextFile(STAMP, stamp);
}

function shared(): InlineConfig {
  return {
    root: ROOT,
    configFile: false,
    logLevel: "error",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    plugins: [
      honox({ islandComponents: { reactApiImportSource: "preact/compat" } }),
      wgslAsText(),
      sourcesStaySources(),
    ],
    worker: { format: "es", plugins: () => [wgslAsText()] },
  };
}

/** A `.wgsl` file imported with `{ type: "text" }`, as Deno does it. */
function wgslAsText(): Plugin {
  return {
    name: "wgsl-as-text",
    transform: (code, id) => id.endsWith(".wgsl") ? `export default ${JSON.stringify(code)};` : undefined,
  };
}

/**
 * The server's bundle holds the app only: packages keep their names, the repository's other folders their files, and Deno
 * runs both as they are. HonoX is bundled, as it needs Vite's `import.meta.glob`.
 */
function sourcesStaySources(): Plugin {
  return {
    name: "sources-stay-sources",
    enforce: "pre",
    applyToEnvironment: ({ name }) => name === "ssr",
    resolveId(source, importer) {
      if (!importer || /honox/.test(source) || /[\\/]honox[\\/]/.test(importer) && source.startsWith(".")) {
        return;
      }
      if (source.startsWith(".")) {
        const file = fileURLToPath(new URL(source, pathToFileURL(importer)));
        const isOurs = !relative(`${ROOT}app`, file).startsWith("..") ||
          dirname(file).includes("node_modules");
        return isOurs ? undefined : { id: pathToFileURL(file).href, external: true };
      }
      return /^[@a-z]/.test(source) ? { id: source, external: true } : undefined;
    },
  };
}

/** Says whether anything changed: the time of the newest file the build reads, and where they lie. */
async function newestSource(): Promise<string> {
  let newest = 0;
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await walk(`${folder}/${name}`);
      else newest = Math.max(newest, (await Deno.stat(`${folder}/${name}`)).mtime!.getTime());
    }
  };
  // Pages and islands take code of these folders along.
  const folders = ["dashboard/app", "kernels", "profiles", "tuner", "compare"];
  for (const folder of folders) await walk(`${ROOT}../${folder}`);
  newest = Math.max(newest, (await Deno.stat(`${ROOT}build.ts`)).mtime!.getTime());
  return `${ROOT} ${newest}`;
}
