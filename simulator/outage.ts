import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { MiddlewareHandler } from "hono";
import { envelope, GATEWAY_PAGE, errorFor } from "./errors.ts";
import type { Ledger } from "./ledger.ts";

export const OUTAGE_KINDS = ["500", "503", "429", "html", "timeout"] as const;
export type OutageKind = (typeof OUTAGE_KINDS)[number];

export function createOutage(ledger: Ledger) {
  let kind: OutageKind = "503";
  let until = 0;

  const middleware: MiddlewareHandler<{ Bindings: HttpBindings }> = async (c, next) => {
    const left = until - Date.now();
    if (left <= 0) return next();
    ledger.count("refusedByOutage");
    switch (kind) {
      case "html":
        return c.html(GATEWAY_PAGE, 502);
      case "timeout": {
        const { socket } = c.env.incoming;
        setTimeout(() => socket.destroy(), left).unref();
        return RESPONSE_ALREADY_SENT;
      }
      case "429":
        c.header("retry-after", String(Math.ceil(left / 1000)));
        return c.json(envelope(errorFor(429)), 429);
      case "500":
        return c.json(envelope(errorFor(500)), 500);
      case "503":
        return c.json(envelope(errorFor(503)), 503);
      default:
        return kind satisfies never;
    }
  };

  return {
    middleware,
    set(seconds: number, next: OutageKind): void {
      kind = next;
      until = Date.now() + seconds * 1000;
    },
    secondsLeft: () => Math.max(0, (until - Date.now()) / 1000),
  };
}

export type Outage = ReturnType<typeof createOutage>;
