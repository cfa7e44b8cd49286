/** The operator's API. Its use cases are loaded with the first request: other routes do not pay for them. */
import { problemResponse, type Result } from "../../../api/problem.ts";
import {
  actionsQuery,
  operatorBody,
  pauseBody,
  planBody,
  recheckBody,
  unshareBody,
  usageQuery,
  userBody,
  usersQuery,
} from "../../../api/schemas/requests/admin.ts";
import { adminOnly } from "../../middleware/admin.ts";
import type { AppContext, WithOperator } from "../../middleware/app-env.ts";
import { cappedBody, jsonBody, jsonType, query } from "../../middleware/body.ts";
import { ownOrigin } from "../../middleware/origin.ts";
import { newApp } from "../../routing.ts";
import { invitations } from "../auth/invitations.ts";

const useCases = () => import("../../../use-cases/operator/index.ts");

export const admin = newApp<WithOperator>()
  .use(ownOrigin, adminOnly)
  .route("/invitations", invitations)
  .get("/users", query(usersQuery), async (c) =>
    c.json(await (await useCases()).usersPage(c, c.req.valid("query")), 200),
  )
  .get("/usage", query(usageQuery), async (c) =>
    respond(c, await (await useCases()).usage(c, c.req.valid("query").user)),
  )
  .get("/models", async (c) => c.json(await (await useCases()).modelStates(c), 200))
  .get("/actions", query(actionsQuery), async (c) =>
    respond(c, await (await useCases()).actionsPage(c, c.req.valid("query"))),
  )
  .post("/plan", cappedBody, jsonType, jsonBody(planBody), async (c) =>
    respondUser(c, await (await useCases()).setPlan(c, c.var.operator, c.req.valid("json"))),
  )
  .post("/suspend", cappedBody, jsonType, jsonBody(userBody), async (c) =>
    respondUser(c, await (await useCases()).suspend(c, c.var.operator, c.req.valid("json"))),
  )
  .post("/restore", cappedBody, jsonType, jsonBody(userBody), async (c) =>
    respondUser(c, await (await useCases()).restore(c, c.var.operator, c.req.valid("json"))),
  )
  .post("/operator", cappedBody, jsonType, jsonBody(operatorBody), async (c) =>
    respondUser(c, await (await useCases()).setOperator(c, c.var.operator, c.req.valid("json"))),
  )
  .post("/delete-user", cappedBody, jsonType, jsonBody(userBody), async (c) =>
    respondUser(c, await (await useCases()).deleteUser(c, c.var.operator, c.req.valid("json"))),
  )
  .post("/unshare", cappedBody, jsonType, jsonBody(unshareBody), async (c) => {
    const result = await (await useCases()).unshare(c, c.var.operator, c.req.valid("json"));
    return result.ok ? c.json({ generation: result.value }, 200) : problemResponse(result.refusal);
  })
  .post("/pause", cappedBody, jsonType, jsonBody(pauseBody), async (c) =>
    respond(c, await (await useCases()).pause(c, c.var.operator, c.req.valid("json"))),
  )
  .post("/recheck", cappedBody, jsonType, jsonBody(recheckBody), async (c) =>
    respond(c, await (await useCases()).recheck(c, c.var.operator, c.req.valid("json"))),
  );

function respond(c: AppContext, result: Result<object>): Response {
  return result.ok ? c.json(result.value, 200) : problemResponse(result.refusal);
}

function respondUser(c: AppContext, result: Result<object>): Response {
  return result.ok ? c.json({ user: result.value }, 200) : problemResponse(result.refusal);
}
