/** A sign-in under way at a provider: what the answer has to match. It lives in a cookie of the browser that began it. */
import * as z from "zod";
import type { Settings } from "../config/settings.ts";
import { readToken, signToken, type TokenUse } from "./signed-token.ts";

/** From our redirect to the provider's: a person may have to look for a password or a phone. */
export const FLOW_SECONDS = 10 * 60;
const FLOW: TokenUse = { audience: "image-studio/sign-in", lifetimeSeconds: FLOW_SECONDS };

const flow = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), returnTo: z.string() });
export type Flow = z.infer<typeof flow>;

export async function sealFlow(settings: Settings, value: Flow, now: number): Promise<string> {
  return signToken(settings.sessionSecrets, FLOW, value, now);
}

/** The flow in a cookie, or null: none, too old, or not one of ours. */
export async function openFlow(settings: Settings, token: string): Promise<Flow | null> {
  const opened = flow.safeParse(await readToken(settings.sessionSecrets, FLOW.audience, token));
  return opened.success ? opened.data : null;
}

const MAX_RETURN_LENGTH = 1024;
const SOMEWHERE = "https://studio.invalid";

/**
 * The page of this studio to go back to; `/` for anything that is not plainly one. Browsers take a backslash for a
 * slash and leave out tabs, so what counts is what a parser makes of it. `/api` is no page: going back to a sign-in
 * would never end.
 */
export function returnPath(asked: string | undefined): string {
  if (!asked?.startsWith("/") || asked.length > MAX_RETURN_LENGTH || /[\\\p{Cc}]/u.test(asked)) return "/";
  const url = URL.parse(asked, SOMEWHERE);
  if (!url || url.origin !== SOMEWHERE || /^\/(?:\/|api(?:\/|$))/i.test(url.pathname)) return "/";
  return url.pathname + url.search;
}
