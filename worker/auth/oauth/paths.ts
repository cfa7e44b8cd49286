/** Names that the rest of the Worker needs of OAuth, without the provider's code. */
import { isLoopback } from "../../config/settings.ts";
import type { Scope } from "../../shared/api-keys.ts";

/** What an app can get. Not `manage`: an assistant that is misled must not delete or share images. */
export const GRANTABLE_SCOPES = ["read", "generate"] as const satisfies Scope[];

/** What a token is for (RFC 8707). */
export const resourceOf = (origin: string) => `${origin}/mcp`;

export const RESOURCE_METADATA_PATH = "/.well-known/oauth-protected-resource/mcp";

/** `user:grant:secret`, as the provider makes access tokens. */
export const isAccessToken = (token: string) => /^[\w-]{1,64}:[\w-]{1,64}:[\w-]{1,128}$/.test(token);

/** OAuth needs https; plain http only on this machine. */
export function isOAuthPossible(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === "https:" || isLoopback(hostname);
}
