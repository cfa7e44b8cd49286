import { Hono } from "hono";
import { problemResponse } from "../../api/problem.ts";
import { planOf } from "../../shared/plans.ts";
import { callStudio } from "../../studio/client.ts";
import type { SocketOwner } from "../../studio/sockets.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { originOf, sameOrigin } from "../middleware/origin.ts";
import { withPrincipal, withSessionToken } from "../middleware/session.ts";

export const events = new Hono<AppEnv>().get("/", sameOrigin, withSessionToken, withPrincipal, (c) => {
  const { session, principal } = c.var;
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
    return problemResponse({ code: "invalid_request", detail: "This address accepts WebSockets only." });
  }
  const owner: SocketOwner = {
    origin: originOf(c),
    plan: planOf(principal.user.plan),
    epoch: principal.epoch,
    expiresAt: session.expiresAt * 1000,
    openedAt: Date.now(),
  };
  // A new request: no header of the client reaches the object.
  return callStudio(c.env, principal.userId, (studio) =>
    studio.fetch("https://studio/events", {
      headers: { upgrade: "websocket", "x-socket-owner": JSON.stringify(owner) },
    }),
  );
});
