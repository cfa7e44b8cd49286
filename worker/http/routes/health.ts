import { Hono } from "hono";
import { version } from "../../../package.json";
import type { AppEnv } from "../middleware/app-env.ts";

export const health = new Hono<AppEnv>().get("/", (c) => c.json({ status: "ok", version }, 200));
