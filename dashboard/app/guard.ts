import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { timingSafeEqual } from "hono/utils/buffer";
import { ANSWER_HEADERS } from "./answer_headers.ts";
import type { Env } from "./env.ts";

/** A profile of 20,000 trials has 16 MiB. */
export const MOST_BODY_BYTES = 16 * 2 ** 20;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;
const COOKIE = "deltatune_token";

const limited = bodyLimit({
  maxSize: MOST_BODY_BYTES,
  onError: (c) =>
    c.json({
      error: `Cannot take the body: it is larger than ${MOST_BODY_BYTES / 2 ** 20} MiB; send fewer trials`,
    }, 413),
});

/**
 * Stands before every route: the token where one is asked for, the host's own name where not (a foreign page can point
 * its name at this machine), posts from this origin only and of bounded size, and a policy for what pages may load.
 */
export const guard = createMiddleware<Env>(async (c, next) => {
  const answer = await admit(c, next);
  if (answer instanceof Response) c.res = answer; // a refusal; what stands behind has set its own
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) c.header(name, value);
});

/** The answer of what stands behind, or a refusal. */
const admit = createMiddleware<Env>(async (c, next) => {
  const { token } = c.env;
  const host = c.req.header("host") ?? new URL(c.req.url).host;
  if (token === undefined && !LOOPBACK.test(host)) {
    return c.text(`Cannot serve ${JSON.stringify(host)}: this dashboard answers to localhost only`, 403);
  }
  if (token !== undefined && !await isAuthorised(c.req.raw, getCookie(c, COOKIE), token)) {
    return c.text("Cannot serve this page without its token: open the address the server printed", 401);
  }
  if (c.req.method !== "GET" && c.req.method !== "HEAD") {
    const origin = c.req.header("origin");
    if (URL.parse(origin ?? "")?.host !== host) {
      return c.json({
        error: `Cannot take a ${c.req.method} from ${
          origin ?? "an unnamed origin"
        }: only the dashboard's own pages may send`,
      }, 403);
    }
  }
  if (token !== undefined && c.req.query("token") !== undefined) {
    setCookie(c, COOKIE, token, { httpOnly: true, sameSite: "Strict", path: "/" });
    const url = new URL(c.req.url);
    url.searchParams.delete("token");
    return c.redirect(`${url.pathname}${url.search}`);
  }
  return (await limited(c, next)) || undefined;
});

async function isAuthorised(request: Request, cookie: string | undefined, token: string): Promise<boolean> {
  const given = new URL(request.url).searchParams.get("token") ??
    request.headers.get("authorization")?.replace(/^Bearer /, "") ?? cookie;
  return given !== undefined && await timingSafeEqual(given, token);
}
