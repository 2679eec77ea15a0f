import type { NotFoundHandler } from "hono";
import type { Env } from "../env.ts";

const notFound: NotFoundHandler<Env> = (c) => {
  c.status(404);
  return c.render(
    <>
      <h1>Nothing here</h1>
      <p>
        There is no page, device or kernel family at this address. <a href="/">Overview</a>{" "}
        lists what there is.
      </p>
    </>,
    { title: "Not found" },
  );
};
export default notFound;
