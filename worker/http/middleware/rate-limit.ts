import { createMiddleware } from "hono/factory";
import { problemResponse } from "../../api/problem.ts";
import { TOO_MANY_REQUESTS } from "../../api/refusals.ts";
import { isKeyWithinRate } from "../../lib/rate-limit.ts";
import type { AppContext, AppEnv, WithCaller } from "./app-env.ts";

/** Whether one more request of the client's network is within the rate. */
export function isWithinRate(limiter: RateLimit | undefined, c: AppContext): Promise<boolean> {
  return isKeyWithinRate(limiter, networkOf(c.req.header("cf-connecting-ip") ?? "local"));
}

/** Limits the requests of a client's network. Goes before the body is read and D1 is asked. */
export const limitedBy = (limiter: "RL_SIGN_IN" | "RL_API_KEY" | "RL_ADMIN") =>
  createMiddleware<AppEnv>(async (c, next) => {
    if (!(await isWithinRate(c.env[limiter], c))) return problemResponse(TOO_MANY_REQUESTS);
    await next();
  });

/**
 * Limits a user's requests for lists, exports, and what they manage: presets, collections, keys, passkeys, endpoints. Goes
 * behind `withCaller` and the checks of the request.
 */
export const limitedByUser = createMiddleware<WithCaller>(async (c, next) => {
  if (!(await isKeyWithinRate(c.env.RL_READ, c.var.caller.userId))) return problemResponse(TOO_MANY_REQUESTS);
  await next();
});

/** Hextets of an IPv6 /64: the smallest network that a provider assigns, so one client has all its addresses. */
const NETWORK_HEXTETS = 4;
/** `::ffff:0:0/96`: an IPv4 address written as IPv6 (RFC 4291, 2.5.5.2). */
const IPV4_MAPPED = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/;

/** The key that counts a client: an IPv4 address, or the /64 of an IPv6 address. */
function networkOf(address: string): string {
  // The URL parser writes every spelling of an IPv6 address in the one form of RFC 5952.
  const host = address.includes(":") ? URL.parse(`http://[${address}]`)?.hostname : undefined;
  if (host === undefined) return address;
  const { 1: high, 2: low } = IPV4_MAPPED.exec(host) ?? [];
  if (high !== undefined && low !== undefined) {
    const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
    return [a >> 8, a & 0xff, b >> 8, b & 0xff].join(".");
  }
  const [before = "", after] = host.slice(1, -1).split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return `${[...head, ...zeros, ...tail].slice(0, NETWORK_HEXTETS).join(":")}::/64`;
}
