import { createFactory } from "hono/factory";
import type { Env } from "./env.ts";

/** HonoX's `createRoute` with this app's environment: the default export of a page, or its `GET` and `POST`. */
export const createRoute = createFactory<Env>().createHandlers;
