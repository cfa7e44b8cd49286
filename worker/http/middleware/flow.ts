/** Sign-ins in progress in this browser, one cookie each: two tabs can sign in at the same time. */
import { base64url } from "jose";
import { FLOW_SECONDS, type Flow, verifyFlow, signFlow } from "../../auth/flow.ts";
import { settingsOf } from "../../config/settings.ts";
import type { AppContext } from "./app-env.ts";
import { cookieNames, dropCookie, readCookie, writeCookie } from "./cookie.ts";

const PREFIX = "sign-in-";
/** Each cookie is about 0.5 KB, sent with every request: abandoned sign-ins must not add up. */
const MAX_FLOWS = 5;
const NAME_BYTES = 12;

/** The state comes from the URL and can be any text; its hash is always a valid cookie name. */
async function nameOf(state: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(state));
  return PREFIX + base64url.encode(new Uint8Array(hash, 0, NAME_BYTES));
}

export async function keepFlow(c: AppContext, flow: Flow): Promise<void> {
  // Browsers send older cookies first (RFC 6265, 5.4).
  const kept = cookieNames(c).filter((name) => name.startsWith(PREFIX));
  for (const oldest of kept.slice(0, Math.max(0, kept.length + 1 - MAX_FLOWS))) dropCookie(c, oldest);
  writeCookie(c, await nameOf(flow.state), await signFlow(settingsOf(c.env), flow, Date.now()), FLOW_SECONDS);
}

/** The flow with this state, whose cookie is dropped; null if this browser has none. */
export async function takeFlow(c: AppContext, state: string): Promise<Flow | null> {
  const name = await nameOf(state);
  const flow = await verifyFlow(settingsOf(c.env), readCookie(c, name) ?? "");
  if (flow?.state !== state) return null;
  dropCookie(c, name);
  return flow;
}
