/** The studio's own cookies: HttpOnly, SameSite=Lax, for this very host. */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "./app-env.ts";

/** `__Host-` ties a cookie to https and to this very host; http is only ever localhost. */
const prefixOf = (c: Context<AppEnv>) =>
  new URL(c.req.url).protocol === "https:" ? ("host" as const) : undefined;

export function readCookie(c: Context<AppEnv>, name: string): string | undefined {
  const prefix = prefixOf(c);
  return prefix ? getCookie(c, name, prefix) : getCookie(c, name);
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
