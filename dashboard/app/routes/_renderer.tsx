import { createMiddleware } from "hono/factory";
import { renderToString } from "preact-render-to-string";
import { Layout } from "../components/Layout.tsx";
import type { Env } from "../env.ts";

/** Pages as whole documents; the script is loaded only where the body holds an island. */
export default createMiddleware<Env>(async (c, next) => {
  c.setRenderer((content, { title, section }) => {
    const body = renderToString(<>{content}</>);
    const { assets } = c.env;
    const page = renderToString(
      <Layout
        title={title}
        section={section}
        style={assets["app/style.css"]}
        script={body.includes("<honox-island") ? assets["app/client.ts"] : undefined}
        body={body}
      />,
    );
    return c.html(`<!doctype html>${page}`);
  });
  await next();
});
