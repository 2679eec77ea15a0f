import { createApp } from "honox/server";
import type { Env } from "./env.ts";
import { guard } from "./guard.ts";

/** The dashboard as one fetch handler; its store, token and assets come with each request's environment. */
export default createApp<Env>({ init: (app) => app.use(guard) });
