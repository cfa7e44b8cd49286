/** Which addresses the studio may send webhooks to. Checked when an endpoint is saved and before each request. */
import { MAX_ENDPOINT_URL_LENGTH } from "../../shared/webhooks.ts";
import { isLoopback } from "../../config/settings.ts";

export type UrlProblem =
  | "malformed"
  | "too_long"
  | "not_https"
  | "has_port"
  | "has_user"
  | "not_public"
  | "own_host";

/** Names that no public DNS resolver knows (RFC 6761, 6762, 7686, 8375, ICANN's `.internal`), and `.arpa`. */
const PRIVATE_DOMAINS = [
  "localhost",
  "local",
  "internal",
  "home.arpa",
  "arpa",
  "onion",
  "test",
  "invalid",
] as const;

/** At least two labels, no trailing dot; the last label is not a number, so it is no IPv4 address. */
const DNS_NAME =
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/;
const MAX_DNS_NAME_LENGTH = 253;

/**
 * What is wrong with the URL of an endpoint; null: nothing. Judges the parsed hostname, in which the URL parser has
 * written every spelling of an IP address and of an international name in one form.
 */
export function urlProblem(text: string, studioOrigin: string): UrlProblem | null {
  if (text.length > MAX_ENDPOINT_URL_LENGTH) return "too_long";
  const url = URL.parse(text);
  if (!url) return "malformed";
  if (url.username !== "" || url.password !== "") return "has_user";
  const studio = new URL(studioOrigin);
  if (isLoopback(studio.hostname) && isLoopback(url.hostname)) {
    if (url.protocol !== "http:" && url.protocol !== "https:") return "not_https";
    return url.port === studio.port ? "own_host" : null;
  }
  if (url.protocol !== "https:") return "not_https";
  if (url.port !== "") return "has_port";
  if (url.hostname === studio.hostname) return "own_host";
  return isPublicName(url.hostname) ? null : "not_public";
}

function isPublicName(hostname: string): boolean {
  if (hostname.length > MAX_DNS_NAME_LENGTH || !DNS_NAME.test(hostname)) return false;
  return !PRIVATE_DOMAINS.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`));
}
