// Covers cli/software_adapter.ts: with an empty HOME the driver is fetched once, said so, and found by a child's WebGPU.
import { match, ok, strictEqual } from "node:assert/strict";
import { softwareEnvironment } from "../../cli/software_adapter.ts";

const SUPPORTED = Deno.build.os === "linux" && Deno.build.arch === "x86_64";
const ASK = `const adapter = await navigator.gpu.requestAdapter();
console.log(adapter?.info.description ?? "none");
Deno.exit(0);`;

Deno.test({
  name: `softwareEnvironment() fetches SwiftShader once${SUPPORTED ? "" : " (needs Linux x86-64)"}`,
  ignore: !SUPPORTED,
  fn: async () => {
    const cache = await Deno.makeTempDir({ prefix: "deltatune-test-" });
    const before = Deno.env.get("XDG_CACHE_HOME");
    Deno.env.set("XDG_CACHE_HOME", cache);
    try {
      const notices: string[] = [];
      // Two at once: both must end with the same whole folder.
      const [env, twin] = await Promise.all([
        softwareEnvironment((text) => notices.push(text)),
        softwareEnvironment(() => {}),
      ]);
      strictEqual(env.VK_DRIVER_FILES, twin.VK_DRIVER_FILES);
      match(notices.join(), /npm @sparticuz\/chromium .* 68 MB/);
      await softwareEnvironment(() => ok(false, "fetched twice"));
      strictEqual([...Deno.readDirSync(`${cache}/deltatune`)].length, 1, "a work folder stayed behind");
      const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", ASK], env }).output();
      match(new TextDecoder().decode(stdout), /SwiftShader/);
    } finally {
      if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
      else Deno.env.set("XDG_CACHE_HOME", before);
      await Deno.remove(cache, { recursive: true });
    }
  },
});
