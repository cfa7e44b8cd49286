/** The operator's page. It is loaded with the first request: other routes do not pay for it. */
import { createMiddleware } from "hono/factory";
import { problemResponse } from "../../../api/problem.ts";
import { TOO_MANY_REQUESTS } from "../../../api/refusals.ts";
import type { AppEnv } from "../../middleware/app-env.ts";
import { cappedBody } from "../../middleware/body.ts";
import { sameOrigin } from "../../middleware/origin.ts";
import { isWithinRate } from "../../middleware/rate-limit.ts";
import { newApp } from "../../routing.ts";

const page = () => import("../../pages/operator/respond.ts");

const limited = createMiddleware<AppEnv>(async (c, next) => {
  if (!(await isWithinRate(c.env.RL_ADMIN, c))) return problemResponse(TOO_MANY_REQUESTS);
  await next();
});

export const operatorPage = newApp()
  .use(sameOrigin, limited)
  .get("/", async (c) => (await page()).showPage(c))
  .post("/:action", cappedBody, async (c) => (await page()).act(c, c.req.param("action")));
