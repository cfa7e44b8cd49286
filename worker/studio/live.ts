/**
 * A user's open studios: hibernating WebSockets. Push is a hint: whoever reconnects asks again. What must be
 * known of a socket after the object slept is in its attachment.
 */
import * as z from "zod";
import { CLOSE_SESSION_ENDED, CLOSE_TOO_MANY_SOCKETS, type Plan } from "../catalog.ts";
import type { Limits, StudioEvent } from "../contract.ts";
import { MAX_SOCKETS } from "../env.ts";
import { type GenerationRecord, presentGeneration } from "../generation.ts";

const attachment = z.object({
  /** Where this studio is reached: share links are absolute. */
  origin: z.string(),
  /** As D1 said when the socket was opened, a generation last admitted, or the plan changed. */
  plan: z.enum(["free", "pro"]).catch("free"),
  /** The session's; a socket of a version that did not say has the first. */
  epoch: z.int().default(0),
  expiresAt: z.number(),
  openedAt: z.number(),
});
export type SocketOwner = z.infer<typeof attachment>;

export class Live {
  private readonly ctx: DurableObjectState;
  /** Sessions before it have ended: an upgrade that was let in just before may arrive just after. */
  private epoch = 0;

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx;
    // Answered without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** Opens a socket and tells it what is in flight. */
  open(owner: SocketOwner, inFlight: GenerationRecord[], limits: Limits): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    const others = this.sockets().sort((a, b) => a.owner.openedAt - b.owner.openedAt);
    for (const { socket } of others.slice(0, Math.max(0, others.length - MAX_SOCKETS + 1))) {
      socket.close(CLOSE_TOO_MANY_SOCKETS, "too many open studios");
    }
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment(owner);
    if (owner.epoch < this.epoch) {
      server.close(CLOSE_SESSION_ENDED, "session ended");
      return new Response(null, { status: 101, webSocket: client });
    }
    send(server, {
      type: "snapshot",
      limits,
      inFlight: inFlight.map((record) => presentGeneration(record, owner.origin)),
    });
    return new Response(null, { status: 101, webSocket: client });
  }

  generation(record: GenerationRecord, replaces?: string): void {
    this.broadcast(({ origin }) => ({
      type: "generation",
      generation: presentGeneration(record, origin),
      ...(replaces !== undefined && { replaces }),
    }));
  }

  deleted(id: string): void {
    this.broadcast(() => ({ type: "deleted", id }));
  }

  limits(limitsOf: (plan: Plan) => Limits): void {
    this.broadcast(({ plan }) => ({ type: "limits", limits: limitsOf(plan) }));
  }

  /** The plan was read anew. */
  allow(plan: Plan): void {
    for (const { socket, owner } of this.sockets()) {
      if (owner.plan !== plan) socket.serializeAttachment({ ...owner, plan });
    }
  }

  /** Closes the sockets of sessions before this epoch. */
  endSessions(epoch: number): void {
    this.epoch = Math.max(this.epoch, epoch);
    for (const { socket, owner } of this.sockets()) {
      if (owner.epoch < epoch) socket.close(CLOSE_SESSION_ENDED, "session ended");
    }
  }

  /** Its user may not be here any more. */
  closeAll(): void {
    for (const { socket } of this.sockets()) socket.close(CLOSE_SESSION_ENDED, "session ended");
  }

  private broadcast(event: (owner: SocketOwner) => StudioEvent): void {
    const now = Date.now();
    for (const { socket, owner } of this.sockets()) {
      if (owner.expiresAt <= now) socket.close(CLOSE_SESSION_ENDED, "session ended");
      else send(socket, event(owner));
    }
  }

  private sockets(): { socket: WebSocket; owner: SocketOwner }[] {
    return this.ctx.getWebSockets().flatMap((socket) => {
      const owner = attachment.safeParse(socket.deserializeAttachment());
      return owner.success ? [{ socket, owner: owner.data }] : [];
    });
  }
}

function send(socket: WebSocket, event: StudioEvent): void {
  try {
    socket.send(JSON.stringify(event));
  } catch {
    // It is closing; its client asks again when it is back.
  }
}
