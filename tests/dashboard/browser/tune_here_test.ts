// The page Tune here in a headless Chromium whose WebGPU is SwiftShader's: it tunes to the end, and what it saves is served.
import { serveDashboard } from "../../../dashboard/serve.ts";
import { assert, assertEquals } from "../../assert.ts";
import { inFolder } from "../../cli/in_folder.ts";
import { findBrowser } from "./open_browser.ts";

const found = await findBrowser();

Deno.test({
  name: `the page tunes to the end, pauses on the way, and saves${
    found.open ? "" : ` (ignored: ${found.reason})`
  }`,
  ignore: !found.open,
  sanitizeOps: false, // Chromium's pipes are let go of after the test has ended
  sanitizeResources: false,
  fn: async () => {
    await inFolder(async (root) => {
      const running = await serveDashboard({ root, hostname: "127.0.0.1", port: 0 });
      const browser = await found.open!();
      try {
        const page = await browser.newPage();
        const errors: string[] = [];
        page.on("pageerror", (error) => errors.push(error.message));
        page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
        await page.goto(new URL("/tune", running.url).href);
        await page.getByText("say nothing about a GPU").waitFor();
        for (const box of await page.getByRole("checkbox").all()) await box.setChecked(false);
        await page.getByRole("button", { name: "Start" }).click();
        await page.getByText("Tick a kernel first").waitFor();
        await page.getByLabel("KDA decode").check();
        await page.getByRole("button", { name: "Start" }).click();
        await page.getByText("passed").first().waitFor({ timeout: 60_000 });
        await page.getByRole("button", { name: "Pause" }).click();
        await page.getByRole("button", { name: "Resume" }).click({ timeout: 60_000 });
        await page.getByText("passed").nth(1).waitFor({ timeout: 60_000 });
        await page.getByRole("button", { name: "Save to this server" }).click({ timeout: 90_000 });
        const saved = page.getByRole("link", { name: "its page" });
        const address = await saved.getAttribute("href", { timeout: 20_000 });

        const [{ name }] = [...Deno.readDirSync(root)];
        assertEquals(address, `/devices/${name}`);
        assert(/^browser_.*software/.test(name), name);
        const { device, ceilings, winners } = JSON.parse(
          await Deno.readTextFile(`${root}/${name}/profile.json`),
        );
        assertEquals([device.backend, device.software], ["browser", true]);
        assert(/^(Headless ?)?Chrom/i.test(device.runtime), device.runtime);
        assert(ceilings.readGBps > 0);
        assertEquals(winners[0].family, "kda_decode");
        const overview = await (await fetch(running.url)).text();
        assert(overview.includes(`href="/devices/${name}"`));
        await saved.click();
        await page.getByRole("link", { name: "kda_decode" }).first().click();
        await page.getByRole("heading", { name: "Winner", exact: true }).waitFor();
        assertEquals(errors, []);
      } finally {
        await browser.close();
        await running.close();
      }
    });
  },
});
