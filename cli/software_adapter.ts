import { Buffer } from "node:buffer";
import { brotliDecompressSync } from "node:zlib";
import { UserError } from "./user_error.ts";
import { shownPath } from "./user_path.ts";

const PACKAGE = "@sparticuz/chromium";
const VERSION = "153.0.0";
const ICD = "vk_swiftshader_icd.json";

/**
 * Environment in which a child process finds SwiftShader as its only Vulkan driver. The first call fetches it from the
 * npm registry, with no root, and says so through `onNotice`. Throws UserError where SwiftShader can't be had.
 */
export async function softwareEnvironment(onNotice: (text: string) => void): Promise<Record<string, string>> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new UserError(
      `Cannot start the software adapter on ${Deno.build.os} ${Deno.build.arch}: the npm package ${PACKAGE} carries ` +
        "SwiftShader for Linux x86-64 only; run on a machine with a GPU driver instead",
    );
  }
  const folder = await swiftshaderFolder(onNotice);
  return {
    DENO_WEBGPU_BACKEND: "vulkan",
    LD_LIBRARY_PATH: [folder, Deno.env.get("LD_LIBRARY_PATH")].filter(Boolean).join(":"),
    VK_DRIVER_FILES: `${folder}/${ICD}`,
    VK_ICD_FILENAMES: `${folder}/${ICD}`,
  };
}

/** Folder that holds the unpacked driver; several processes may fetch at once, the first rename wins. */
async function swiftshaderFolder(onNotice: (text: string) => void): Promise<string> {
  const cache = await cacheFolder();
  const folder = `${cache}/swiftshader-${VERSION}`;
  if (await exists(`${folder}/${ICD}`)) return folder;
  onNotice(
    `Fetching the software GPU (SwiftShader, from npm ${PACKAGE} ${VERSION}, 68 MB) into ${
      shownPath(folder)
    }; this happens once`,
  );
  const work = await Deno.makeTempDir({ dir: cache, prefix: "fetch-" });
  try {
    const archive = await fetchArchive(work);
    const unpacked = `${work}/swiftshader`;
    await Deno.mkdir(unpacked);
    await Deno.writeFile(
      `${work}/swiftshader.tar`,
      brotliDecompressSync(Buffer.from(await Deno.readFile(archive))),
    );
    await command("tar", ["-xf", `${work}/swiftshader.tar`, "-C", unpacked], work, "unpack SwiftShader");
    await pointIcdAt(unpacked, folder);
    try {
      await Deno.rename(unpacked, folder);
    } catch (error) {
      if (!await exists(`${folder}/${ICD}`)) throw error;
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  return folder;
}

async function fetchArchive(work: string): Promise<string> {
  await Deno.writeTextFile(`${work}/package.json`, JSON.stringify({ dependencies: { [PACKAGE]: VERSION } }));
  await Deno.writeTextFile(`${work}/deno.json`, JSON.stringify({ nodeModulesDir: "auto", lock: false }));
  await command(
    Deno.execPath(),
    ["install", "--quiet"],
    work,
    `fetch ${PACKAGE} ${VERSION} from the npm registry`,
  );
  return `${work}/node_modules/${PACKAGE}/bin/swiftshader.tar.br`;
}

/** The loader resolves a relative library path against LD_LIBRARY_PATH or the ICD file, depending on its version. */
async function pointIcdAt(unpacked: string, folder: string): Promise<void> {
  const icd = JSON.parse(await Deno.readTextFile(`${unpacked}/${ICD}`));
  icd.ICD.library_path = `${folder}/libvk_swiftshader.so`;
  await Deno.writeTextFile(`${unpacked}/${ICD}`, JSON.stringify(icd));
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

async function cacheFolder(): Promise<string> {
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
    `Cannot keep the software adapter: none of ${
      candidates.join(", ")
    } is writable; set XDG_CACHE_HOME to a folder that is`,
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
