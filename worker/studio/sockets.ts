/**
 * The user's hibernating WebSockets. A push is a hint: clients fetch the state when they reconnect. State that must
 * survive hibernation is in the socket's attachment.
 */
import * as z from "zod";
import { CLOSE_SESSION_ENDED, CLOSE_TOO_MANY_SOCKETS } from "../shared/error-codes.ts";
import type { Plan } from "../shared/plans.ts";
import type { Limits } from "../api/schemas/session.ts";
import type { StudioEvent } from "../api/schemas/event.ts";
import { MAX_SOCKETS } from "../config/limits.ts";
import { type GenerationRecord, presentGeneration } from "../api/generation.ts";

/** Clients ping every 30 s, hidden tabs up to a minute later. */
const SILENT_AFTER_MS = 2 * 60_000;

const attachment = z.object({
  /** Origin of the client's page, for absolute share links. */
  origin: z.string(),
  /** As read from D1 when the socket was opened, at the last create, or when the plan changed. */
  plan: z.enum(["free", "pro"]).catch("free"),
  /** Session epoch; sockets of older versions have none. */
  epoch: z.int().default(0),
  expiresAt: z.number(),
  openedAt: z.number(),
  /** The API key that opened it; null: a session. */
  keyId: z.string().nullable().default(null),
});
export type SocketOwner = z.infer<typeof attachment>;

export class Sockets {
  private readonly ctx: DurableObjectState;
  /** Sessions with a lower epoch have ended. Kept for upgrades that were authorized before and arrive after. */
  private epoch = 0;

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx;
    // Answered without waking the object.
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  get isEmpty(): boolean {
    return this.ctx.getWebSockets().length === 0;
  }

  /** Opens a socket and sends the snapshot. */
  open(owner: SocketOwner, inFlight: GenerationRecord[], limits: Limits): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.closeExcess();
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

  /** Updates the plan of all sockets. */
  setPlan(plan: Plan): void {
    for (const { socket, owner } of this.sockets()) {
      if (owner.plan !== plan) socket.serializeAttachment({ ...owner, plan });
    }
  }

  /** Closes the sockets of sessions with a lower epoch. */
  endSessions(epoch: number): void {
    this.epoch = Math.max(this.epoch, epoch);
    for (const { socket, owner } of this.sockets()) {
      if (owner.epoch < epoch) socket.close(CLOSE_SESSION_ENDED, "session ended");
    }
  }

  /** Closes the sockets that these API keys opened. */
  endKeys(ids: readonly string[]): void {
    for (const { socket, owner } of this.sockets()) {
      if (owner.keyId !== null && ids.includes(owner.keyId)) socket.close(CLOSE_SESSION_ENDED, "key revoked");
    }
  }

  /** Closes all sockets: the account was suspended. */
  closeAll(): void {
    for (const { socket } of this.sockets()) socket.close(CLOSE_SESSION_ENDED, "session ended");
  }

  /**
   * Closes sockets over the limit: first silent ones, then those without any ping (an unstable connection leaves such
   * sockets behind), then the oldest.
   */
  private closeExcess(): void {
    const now = Date.now();
    const open = this.sockets()
      // A closed socket stays in the list until the client confirms, which a dead client never does.
      .filter(({ socket }) => socket.readyState === WebSocket.OPEN)
      .map(({ socket, owner }) => {
        const ping = this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? null;
        const isSilent = now - (ping ?? owner.openedAt) > SILENT_AFTER_MS;
        return { socket, openedAt: owner.openedAt, rank: isSilent ? 0 : ping === null ? 1 : 2 };
      })
      .sort((a, b) => a.rank - b.rank || a.openedAt - b.openedAt);
    for (const { socket } of open.slice(0, Math.max(0, open.length - MAX_SOCKETS + 1))) {
      socket.close(CLOSE_TOO_MANY_SOCKETS, "too many open studios");
    }
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
    // The socket is closing; the client fetches the state when it reconnects.
  }
}
