// serveDashboard() and `deno task dashboard`: one command builds, serves and ends.
import { serveDashboard } from "../../dashboard/serve.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../cli/in_folder.ts";
import { runCli } from "../cli/run_cli.ts";

const options = (root: string) => ({ root, hostname: "127.0.0.1", port: 0 });

Deno.test("serveDashboard() serves pages and their files, and lets go of its port", async () => {
  await inFolder(async (root) => {
    const running = await serveDashboard(options(root));
    const page = await fetch(running.url);
    const html = await page.text();
    assertEquals([page.status, page.headers.get("content-type")], [200, "text/html; charset=UTF-8"]);
    assert(html.includes("deno task tune"), "an empty store says what to do next");
    const style = await fetch(new URL(/href="(\/assets\/[^"]+\.css)"/.exec(html)![1], running.url));
    assertEquals(style.headers.get("content-type"), "text/css; charset=utf-8");
    assert((await style.text()).length > 1000);
    assertEquals(
      (await fetch(`${running.url}assets/..%2f..%2fserver%2fserver.mjs`).then(drained)).status,
      404,
    );
    assertEquals((await fetch(`${running.url}no/such/page`).then(drained)).status, 404);
    await running.close();
    await running.finished;
  });
});

Deno.test("a page without an island loads no script", async () => {
  await inFolder(async (root) => {
    const running = await serveDashboard(options(root));
    const html = await (await fetch(running.url)).text();
    assert(!html.includes("<script"), html);
    await running.close();
  });
});

Deno.test("deno task dashboard says where it is, that a port is taken, and ends at Ctrl-C", async () => {
  await inFolder(async (root) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "cli/main.ts", "dashboard", "--port", "0", "--profiles", root],
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    while (!said.includes("\n")) {
      const { value, done } = await reader.read();
      assert(!done, `it ended: ${said}`);
      said += value;
    }
    const { port } = new URL(/^Dashboard: (\S+)$/m.exec(said)![1]);
    await fetch(`http://127.0.0.1:${port}/`).then(drained);
    const second = await runCli(["dashboard", "--port", port, "--profiles", root]);
    assertEquals([second.code, second.stderr.trim()], [
      2,
      `Cannot listen on port ${port}: another program does; choose one with --port`,
    ]);
    child.kill("SIGINT");
    assertEquals((await child.status).code, 0);
    await reader.cancel();
  });
});

async function drained(response: Response): Promise<Response> {
  await response.body?.cancel();
  return response;
}
