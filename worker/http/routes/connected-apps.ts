/** Apps that the user has connected by OAuth. Only a session can list and disconnect them. */
import { presentApp } from "../../api/connected-app.ts";
import { problemResponse } from "../../api/problem.ts";
import { disconnectAllApps, disconnectApp, listConnectedApps } from "../../use-cases/connected-apps.ts";
import { depsOf } from "../deps.ts";
import { withPrincipal, withSession } from "../middleware/caller.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { limitedByUser } from "../middleware/rate-limit.ts";
import { newApp } from "../routing.ts";

export const connectedApps = newApp()
  .get("/", sameOrigin, withSession, limitedByUser, async (c) => {
    const result = await listConnectedApps(depsOf(c), c.var.caller);
    if (!result.ok) return problemResponse(result.refusal);
    return c.json({ apps: result.value.map(presentApp) }, 200);
  })
  .delete("/:id", sameOrigin, withSession, limitedByUser, withPrincipal, async (c) => {
    const result = await disconnectApp(depsOf(c), c.var.principal, c.req.param("id"));
    return result.ok ? c.body(null, 204) : problemResponse(result.refusal);
  })
  .delete("/", sameOrigin, withSession, limitedByUser, withPrincipal, async (c) => {
    await disconnectAllApps(depsOf(c), c.var.principal);
    return c.body(null, 204);
  });
