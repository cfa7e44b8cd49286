import { Hono } from "hono";
import { planOf } from "../../shared/plans.ts";
import { databaseFor } from "../../db/client.ts";
import { findUser, refusalOf } from "../../db/users.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { originOf, sameOrigin } from "../middleware/origin.ts";
import { signedIn } from "../middleware/session.ts";
import { problemResponse } from "../../api/problem.ts";
import type { SocketOwner } from "../../studio/sockets.ts";
import { callStudio } from "../../studio/client.ts";

export const events = new Hono<AppEnv>().get("/", sameOrigin, signedIn, async (c) => {
  const session = c.var.session;
  const user = await findUser(databaseFor(c.env, session.userId), session.userId);
  const refusal = refusalOf(user, session);
  if (refusal) return problemResponse(refusal);
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
    return problemResponse({ code: "invalid_request", detail: "This address speaks WebSocket." });
  }
  const owner: SocketOwner = {
    origin: originOf(c),
    plan: planOf(user?.plan ?? ""),
    epoch: session.epoch,
    expiresAt: session.expiresAt * 1000,
    openedAt: Date.now(),
  };
  // A request of our own making: nothing that the client sent reaches the object.
  return callStudio(c.env, session.userId, (studio) =>
    studio.fetch("https://studio/events", {
      headers: { upgrade: "websocket", "x-socket-owner": JSON.stringify(owner) },
    }),
  );
});
