import type { ErrorHandler } from "hono";
import type { Env } from "../env.ts";
import { StoreError } from "../../../profiles/store_error.ts";

const failed: ErrorHandler<Env> = (error, c) => {
  const isKnown = error instanceof StoreError;
  if (!isKnown) console.error(error);
  c.status(500);
  return c.render(
    <>
      <h1>This page can't be shown</h1>
      <p class="warn">
        {isKnown ? error.message : "The server met an error that is not yours; its terminal has the details."}
      </p>
      <p>
        <a href="/">Overview</a>
      </p>
    </>,
    { title: "Error" },
  );
};
export default failed;
