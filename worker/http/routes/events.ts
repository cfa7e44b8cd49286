import { problemResponse } from "../../api/problem.ts";
import type { Caller } from "../../auth/caller.ts";
import { KEY_SOCKET_MS } from "../../config/limits.ts";
import { planOf } from "../../shared/plans.ts";
import { callStudio } from "../../studio/client.ts";
import type { SocketOwner } from "../../studio/sockets.ts";
import { originOf, sameOrigin } from "../middleware/origin.ts";
import { withCaller, withPrincipal } from "../middleware/caller.ts";
import { newApp } from "../routing.ts";

/** A session's socket ends with the session, a key's after an hour at the latest. Milliseconds since 1970. */
function endOfSocket({ expiresAt, key }: Caller, now: number): number {
  const end = expiresAt ?? Number.POSITIVE_INFINITY;
  return key ? Math.min(end, now + KEY_SOCKET_MS) : end;
}

export const events = newApp().get("/", sameOrigin, withCaller("read"), withPrincipal, (c) => {
  const { caller, principal } = c.var;
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
    return problemResponse({ code: "invalid_request", detail: "This address accepts WebSockets only." });
  }
  const owner: SocketOwner = {
    origin: originOf(c),
    plan: planOf(principal.user.plan),
    epoch: principal.epoch,
    expiresAt: endOfSocket(caller, Date.now()),
    keyId: caller.key?.id ?? null,
    openedAt: Date.now(),
  };
  // A new request: no header of the client reaches the object.
  return callStudio(c.env, principal.userId, (studio) =>
    studio.fetch("https://studio/events", {
      headers: { upgrade: "websocket", "x-socket-owner": JSON.stringify(owner) },
    }),
  );
});
