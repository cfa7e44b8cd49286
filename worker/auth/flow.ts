/** A sign-in in progress: what the provider's response must match. Stored in a cookie of the browser that started it. */
import * as z from "zod";
import type { Settings } from "../config/settings.ts";
import { readToken, signToken, type TokenUse } from "./signed-token.ts";

/** Time for the sign-in at the provider: the user may have to find a password or a phone. */
export const FLOW_SECONDS = 10 * 60;
const FLOW: TokenUse = { audience: "image-studio/sign-in", lifetimeSeconds: FLOW_SECONDS };

const flow = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), returnTo: z.string() });
export type Flow = z.infer<typeof flow>;

export async function signFlow(settings: Settings, value: Flow, now: number): Promise<string> {
  return signToken(settings.sessionSecrets, FLOW, value, now);
}

/** The flow in a cookie; null if there is none, it is too old, or it was not signed here. */
export async function verifyFlow(settings: Settings, token: string): Promise<Flow | null> {
  const opened = flow.safeParse(await readToken(settings.sessionSecrets, FLOW.audience, token));
  return opened.success ? opened.data : null;
}

/** Fits the address of a consent page, with its redirect URI and state. */
const MAX_RETURN_LENGTH = 2048;
const PLACEHOLDER_ORIGIN = "https://studio.invalid";

/**
 * The page of this studio to return to; `/` for anything else. Browsers treat a backslash as a slash and ignore tabs,
 * so the parsed URL decides. `/api` is not a page: returning to a sign-in would loop.
 */
export function returnPath(asked: string | undefined): string {
  if (!asked?.startsWith("/") || asked.length > MAX_RETURN_LENGTH || /[\\\p{Cc}]/u.test(asked)) return "/";
  const url = URL.parse(asked, PLACEHOLDER_ORIGIN);
  if (!url || url.origin !== PLACEHOLDER_ORIGIN || /^\/(?:\/|api(?:\/|$))/i.test(url.pathname)) return "/";
  return url.pathname + url.search;
}
