/** The setup page. It is loaded with the first request: other routes do not pay for it. */
import { createMiddleware } from "hono/factory";
import { problemResponse } from "../../../api/problem.ts";
import { TOO_MANY_REQUESTS } from "../../../api/refusals.ts";
import type { AppEnv } from "../../middleware/app-env.ts";
import { isWithinRate } from "../../middleware/rate-limit.ts";
import { newApp } from "../../routing.ts";

const limited = createMiddleware<AppEnv>(async (c, next) => {
  if (!(await isWithinRate(c.env.RL_ADMIN, c))) return problemResponse(TOO_MANY_REQUESTS);
  await next();
});

export const setup = newApp().get("/", limited, async (c) => {
  const { showSetup } = await import("../../pages/setup-page.tsx");
  return showSetup(c);
});
