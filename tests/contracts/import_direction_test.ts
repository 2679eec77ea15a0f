// ARCHITECTURE.md's rule on imports: kernels <- profiles <- exporters, tuner <- compare <- dashboard <- cli, and Deno or Node only at the edge.
import { assert, assertEquals } from "../assert.ts";

const ROOT = new URL("../../", import.meta.url);
/** A folder may import itself and those before it. */
const LAYERS = ["kernels", "profiles", "exporters", "tuner", "compare", "dashboard", "cli", "tests"];
const EDGE = /^(cli\/|tests\/|(profiles|compare|dashboard)\/\w+_fs\.ts$|dashboard\/(build|serve)\.ts$)/;

interface Module {
  /** Path from the repository's root. */
  readonly path: string;
  /** What it imports: paths of ours, or `npm:` and `node:` specifiers. */
  readonly imports: readonly string[];
}

function* sources(folder: URL): Generator<URL> {
  for (const entry of Deno.readDirSync(folder)) {
    if (entry.name === "dist") continue;
    if (entry.isDirectory) yield* sources(new URL(`${entry.name}/`, folder));
    else if (/\.tsx?$/.test(entry.name)) yield new URL(entry.name, folder);
  }
}

/** Deno's own view of the graph, dynamic and type imports included. */
async function readModules(): Promise<Module[]> {
  const files = LAYERS.flatMap((layer) => [...sources(new URL(`${layer}/`, ROOT))]);
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, files.map((file) => `import "${file.href}";\n`).join(""));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", new URL("deno.json", ROOT).pathname, entry],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const graph = JSON.parse(new TextDecoder().decode(stdout));
    const short = (specifier: string) =>
      specifier.startsWith(ROOT.href) ? specifier.slice(ROOT.href.length) : specifier;
    return graph.modules
      .filter((m: { specifier: string }) => files.some((file) => file.href === m.specifier))
      .map((m: GraphModule) => ({
        path: short(m.specifier),
        imports: (m.dependencies ?? []).map((d) => {
          const found = d.code ?? d.type;
          assert(found?.specifier, `${m.specifier} imports ${d.specifier}, which Deno can't resolve`);
          return short(found.specifier);
        }),
      }));
  } finally {
    await Deno.remove(entry);
  }
}
interface GraphModule {
  readonly specifier: string;
  readonly dependencies?: readonly {
    specifier: string;
    code?: { specifier?: string };
    type?: { specifier?: string };
  }[];
}

const modules = await readModules();
const layerOf = (path: string) => LAYERS.indexOf(path.split("/")[0]);

Deno.test("imports go one way: kernels <- profiles <- tuner <- compare <- cli", () => {
  assert(modules.length > 50, `${modules.length} modules`);
  const upward = modules.flatMap(({ path, imports }) =>
    imports.filter((i) =>
      !/^(npm|node):|^LICENSE$/.test(i) && !(layerOf(i) >= 0 && layerOf(i) <= layerOf(path))
    )
      .map((i) => `${path} imports ${i}`)
  );
  assertEquals(upward, []);
});

Deno.test("exporters are imported by cli and tests only", () => {
  const others = modules.filter((m) => !/^(exporters|cli|tests)\//.test(m.path)).flatMap((
    { path, imports },
  ) => imports.filter((i) => i.startsWith("exporters/")).map((i) => `${path} imports ${i}`));
  assertEquals(others, []);
});

Deno.test("kernels import nothing but each other", () => {
  const foreign = modules.filter((m) => layerOf(m.path) === 0).flatMap(({ path, imports }) =>
    imports.filter((i) => !i.startsWith("kernels/")).map((i) => `${path} imports ${i}`)
  );
  assertEquals(foreign, []);
});

Deno.test("a kernel family imports core and folders that are no family, never another family", () => {
  const families = modules.find((m) => m.path === "kernels/mod.ts")!.imports
    .filter((i) => i.endsWith("/mod.ts")).map((i) => i.slice(0, -"mod.ts".length));
  assert(families.length >= 3);
  const crossing = modules.flatMap(({ path, imports }) => {
    const own = families.find((f) => path.startsWith(f));
    return own ? imports.filter((i) => families.some((f) => f !== own && i.startsWith(f))) : [];
  });
  assertEquals(crossing, []);
});

Deno.test("node: and Deno appear in cli/, *_fs.ts of profiles and compare, and tests only", async () => {
  const inner = modules.filter((m) => !EDGE.test(m.path));
  const found = inner.flatMap(({ path, imports }) =>
    imports.filter((i) => i.startsWith("node:")).map((i) => `${path} imports ${i}`)
  );
  for (const { path } of inner) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    const code = text.replace(/\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(,])\/\/.*$/gm, "");
    const use = /\bDeno\s*[.[?]|globalThis\.process\b/.exec(code);
    if (use) found.push(`${path} uses ${use[0]}`);
  }
  assertEquals(found, []);
});
