/** The studio's own cookies: HttpOnly, SameSite=Lax, for this host only. */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { isLoopback } from "../../config/settings.ts";
import type { AppContext } from "./app-env.ts";

/** hono's cookie functions take a `Context`, of which they use request and headers. */
const contextOf = (c: AppContext) => c as Context;

/**
 * `__Host-` ties a cookie to https and to this host. Cloudflare forwards plain http unless configured otherwise: browsers do
 * not store the cookie there, and one without the prefix is not read. Loopback works without.
 */
function prefixOf(c: AppContext): "host" | undefined {
  const { protocol, hostname } = new URL(c.req.url);
  return protocol === "https:" || !isLoopback(hostname) ? "host" : undefined;
}

export function readCookie(c: AppContext, name: string): string | undefined {
  const prefix = prefixOf(c);
  return prefix ? getCookie(contextOf(c), name, prefix) : getCookie(contextOf(c), name);
}

/** The names of the cookies that `readCookie` can read, in the order in which the browser sent them. */
export function cookieNames(c: AppContext): string[] {
  const prefix = prefixOf(c) ? "__Host-" : "";
  return Object.keys(getCookie(contextOf(c)))
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
}

export function writeCookie(c: AppContext, name: string, value: string, maxAgeSeconds: number): void {
  const prefix = prefixOf(c);
  setCookie(contextOf(c), name, value, {
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    maxAge: maxAgeSeconds,
    secure: prefix !== undefined,
    ...(prefix && { prefix }),
  });
}

export function dropCookie(c: AppContext, name: string): void {
  const prefix = prefixOf(c);
  deleteCookie(contextOf(c), name, { path: "/", secure: prefix !== undefined, ...(prefix && { prefix }) });
}
