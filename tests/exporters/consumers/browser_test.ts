// examples/browser.html in a headless Chromium whose WebGPU is SwiftShader's, a case of every family; what a person sees.
import type { Browser } from "playwright-core";
import type { DeviceRecord } from "../../../profiles/schema.ts";
import { identify } from "../../../tuner/adapter_identity.ts";
import { assertEquals } from "../../assert.ts";
import { inFolder } from "../../cli/in_folder.ts";
import { findBrowser } from "../../dashboard/browser/open_browser.ts";
import { accessibilityFaults } from "../../dashboard/browser/visit.ts";
import { type ConsumerCase, fewCases } from "./cases.ts";
import { SAMPLE_DEVICE } from "../sample_request.ts";
import { assertRight, EXAMPLES, listed, type Outcome, PORTABLE } from "./run_example.ts";
import { serveFolder } from "./serve_folder.ts";
import { writeBundle } from "./write_bundle.ts";

const found = await findBrowser();

Deno.test({
  name:
    `examples/browser.html runs a case of every family through its winner, on another device through the default${
      found.open ? "" : ` (ignored: ${found.reason})`
    }`,
  ignore: !found.open,
  sanitizeOps: false, // Chromium's pipes are let go of after the test has ended
  sanitizeResources: false,
  fn: () =>
    inFolder(async (folder) => {
      const cases = await fewCases(folder);
      await Deno.copyFile(new URL("browser.html", EXAMPLES), `${folder}/browser.html`);
      for (const { path } of cases) await Deno.copyFile(path, `${folder}/${fileOf(path)}`).catch(() => {});
      const server = serveFolder(folder);
      const browser = await found.open!();
      try {
        const record = await recordOf(browser, `${server.origin}/none`);
        await writeBundle(`${folder}/bundle`, record, cases.map(({ winner }) => winner));
        for (const test of cases) {
          const { outcome, faults } = await visit(browser, server.origin, test);
          assertEquals(faults, []);
          // Browsers tell an adapter's architecture and keep its name.
          assertRight(outcome, test, { rung: "architecture" });
        }
        const strange = cases.find(({ winner }) => winner.family === "kda_decode")!;
        await writeBundle(`${folder}/strange`, SAMPLE_DEVICE, [strange.winner]);
        const { outcome, faults } = await visit(browser, server.origin, strange, "strange/");
        assertEquals(faults, []);
        assertRight(outcome, strange, PORTABLE);
        await tryByHand(browser, `${server.origin}/browser.html`, strange);
      } finally {
        await browser.close();
        await server.close();
      }
    }),
});

const fileOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

/** What the page found out about a case, and what its console complained about. */
async function visit(
  browser: Browser,
  origin: string,
  { path, winner, storage }: ConsumerCase,
  bundle = "bundle/",
) {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`threw ${error.message}`));
  page.on(
    "console",
    (message) => ["error", "warning"].includes(message.type()) && faults.push(message.text()),
  );
  const query = { bundle, case: fileOf(path), family: winner.family, storage: listed(storage) };
  await page.goto(`${origin}/browser.html?${new URLSearchParams(query)}`);
  const told = await page.locator("table[data-outcome]").getAttribute("data-outcome", { timeout: 60_000 });
  const outcome: Outcome = JSON.parse(told!);
  await page.close();
  return { outcome, faults };
}

/** As a person uses the page: chooses a file, reads the errors, changes the sizes to some nothing serves. */
async function tryByHand(browser: Browser, address: string, { path, winner, axes }: ConsumerCase) {
  const page = await browser.newPage();
  await page.goto(address);
  await page.getByText(/^GPU: /).waitFor();
  await page.getByLabel("Kernel").selectOption(winner.family);
  await page.getByLabel("Case").setInputFiles(path);
  await page.getByText(`Variant ${winner.variant}, rung architecture`).waitFor();
  assertEquals(await page.getByLabel("Sizes").inputValue(), listed(axes));
  assertEquals(await page.getByRole("rowheader").allTextContents(), ["state", "o"]);
  assertEquals(await accessibilityFaults(page), []);
  await page.getByLabel("Sizes").fill(listed({ ...axes, K: 96 }));
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByText(/^No variant of kda_decode in this bundle serves .* is for K=128$/).waitFor();
  await page.close();
}

/** The adapter's record, as Tune here would store it. */
async function recordOf(browser: Browser, address: string): Promise<DeviceRecord> {
  const page = await browser.newPage();
  await page.goto(address);
  const { info, features, limits } = await page.evaluate(async () => {
    const adapter = (await navigator.gpu.requestAdapter())!;
    const limits: Record<string, number> = {};
    for (const name in adapter.limits) {
      limits[name] = Number(adapter.limits[name as keyof GPUSupportedLimits]);
    }
    const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = adapter
      .info as GPUAdapterInfo & { subgroupMinSize: number; subgroupMaxSize: number };
    return {
      info: { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize },
      features: [...adapter.features],
      limits,
    };
  });
  await page.close();
  return {
    ...identify(info as unknown as GPUAdapterInfo, "browser"),
    backend: "browser",
    runtime: "chromium",
    software: true,
    features,
    limits,
    subgroupSize: { min: info.subgroupMinSize, max: info.subgroupMaxSize },
  };
}
