/** The studio's own cookies: HttpOnly, SameSite=Lax, for this very host. */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { isLoopback } from "../../config/settings.ts";
import type { AppEnv } from "./app-env.ts";

/**
 * `__Host-` ties a cookie to https and to this very host. Cloudflare lets plain http through unless told otherwise: there
 * a browser keeps no such cookie, and none without the prefix is taken. Only this machine does without.
 */
function prefixOf(c: Context<AppEnv>): "host" | undefined {
  const { protocol, hostname } = new URL(c.req.url);
  return protocol === "https:" || !isLoopback(hostname) ? "host" : undefined;
}

export function readCookie(c: Context<AppEnv>, name: string): string | undefined {
  const prefix = prefixOf(c);
  return prefix ? getCookie(c, name, prefix) : getCookie(c, name);
}

/** The names of the cookies that `readCookie` can read, in the order in which the browser sent them. */
export function cookieNames(c: Context<AppEnv>): string[] {
  const prefix = prefixOf(c) ? "__Host-" : "";
  return Object.keys(getCookie(c))
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
}

export function writeCookie(c: Context<AppEnv>, name: string, value: string, maxAgeSeconds: number): void {
  const prefix = prefixOf(c);
  setCookie(c, name, value, {
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    maxAge: maxAgeSeconds,
    secure: prefix !== undefined,
    ...(prefix && { prefix }),
  });
}

export function dropCookie(c: Context<AppEnv>, name: string): void {
  const prefix = prefixOf(c);
  deleteCookie(c, name, { path: "/", secure: prefix !== undefined, ...(prefix && { prefix }) });
}
