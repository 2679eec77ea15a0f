// guard.ts: who may ask for a page, and who may send one.
import { Hono } from "hono";
import { guard, MOST_BODY_BYTES } from "../../dashboard/app/guard.ts";
import { assert, assertEquals } from "../assert.ts";

const TOKEN = "0123456789abcdef";
const app = new Hono().use(guard as never)
  .get("/", (c) => c.text("page"))
  .post("/", async (c) => c.text(`${(await c.req.arrayBuffer()).byteLength}`));

function ask(headers: Record<string, string> = {}, { token, path = "/", ...init }: RequestInit & {
  token?: string;
  path?: string;
} = {}) {
  const request = new Request(`http://localhost${path}`, {
    ...init,
    headers: { host: "localhost:8177", ...headers },
  });
  return app.fetch(request, { token });
}

Deno.test("guard lets this machine in by its own names only", async () => {
  for (const host of ["localhost:8177", "127.0.0.1", "127.0.0.2:80", "[::1]:9"]) {
    assertEquals((await ask({ host })).status, 200, host);
  }
  for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.3"]) {
    assertEquals((await ask({ host })).status, 403, host);
  }
});

Deno.test("guard asks for the token where there is one, and keeps it in a cookie no script can read", async () => {
  assertEquals((await ask({}, { token: TOKEN })).status, 401);
  assertEquals((await ask({}, { token: TOKEN, path: "/?token=0123456789abcdee" })).status, 401);
  const first = await ask({ host: "any.example" }, { token: TOKEN, path: `/?token=${TOKEN}&x=1` });
  assertEquals([first.status, first.headers.get("location")], [302, "/?x=1"]);
  const cookie = first.headers.get("set-cookie")!;
  assert(/HttpOnly/.test(cookie) && /SameSite=Strict/.test(cookie), cookie);
  assertEquals((await ask({ cookie: cookie.split(";")[0] }, { token: TOKEN })).status, 200);
  assertEquals((await ask({ authorization: `Bearer ${TOKEN}` }, { token: TOKEN })).status, 200);
});

Deno.test("guard takes posts of this origin only", async () => {
  const post = (headers: Record<string, string>) => ask(headers, { method: "POST", body: "{}" });
  assertEquals((await post({ origin: "http://localhost:8177" })).status, 200);
  for (const origin of ["http://evil.example", "http://localhost:9999", "null", "not a url", "http://["]) {
    assertEquals((await post({ origin })).status, 403, origin);
  }
  assertEquals((await post({})).status, 403, "no origin");
});

Deno.test("guard takes bodies up to its limit, told or streamed", async () => {
  const origin = "http://localhost:8177";
  const body = (bytes: number) => new Uint8Array(bytes);
  const told = await ask({ origin, "content-length": "52428800" }, { method: "POST", body: body(10) });
  assertEquals(told.status, 413);
  const streamed = new ReadableStream({
    start(controller) {
      for (let i = 0; i < 50; i++) controller.enqueue(body(2 ** 20));
      controller.close();
    },
  });
  assertEquals((await ask({ origin }, { method: "POST", body: streamed })).status, 413);
  const most = await ask({ origin }, { method: "POST", body: body(MOST_BODY_BYTES) });
  assertEquals([most.status, await most.text()], [200, `${MOST_BODY_BYTES}`]);
});

Deno.test("guard sends a policy that allows no inline script or style and no other origin", async () => {
  const { headers } = await ask();
  const policy = headers.get("content-security-policy")!;
  assert(!policy.includes("unsafe") && policy.includes("default-src 'none'"), policy);
  assertEquals(headers.get("x-content-type-options"), "nosniff");
});
