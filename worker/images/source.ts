/** Fetches an output from the URL that Skytells returned, from allowed hosts only. */
import { isLoopback, type Settings } from "../config/settings.ts";

type Upstream = Settings["skytells"];

/** Subdomains of these are other customers' buckets: bucket names may have dots. */
const SHARED_HOSTS = ["amazonaws.com", "r2.dev", "r2.cloudflarestorage.com", "googleapis.com", "windows.net"];

/**
 * Whether an output may be fetched from `url`: https, on a listed host or a subdomain of one; on a storage provider's
 * host only on that host exactly. Where the API itself is on loopback (the simulator), loopback outputs are allowed too.
 */
export function isAllowedSource(url: URL, upstream: Upstream): boolean {
  if (url.username !== "" || url.password !== "") return false;
  if (upstream.loopback && isLoopback(url.hostname))
    return url.protocol === "http:" || url.protocol === "https:";
  if (url.protocol !== "https:" || url.port !== "") return false;
  return upstream.outputHosts.some(
    (host) => url.hostname === host || (!isShared(host) && isBelow(url.hostname, host)),
  );
}

const isBelow = (hostname: string, host: string) => hostname.endsWith(`.${host}`);
const isShared = (host: string) => SHARED_HOSTS.some((shared) => host === shared || isBelow(host, shared));

const MAX_REDIRECTS = 3;

export type Source =
  | { ok: true; response: Response }
  | { ok: false; failure: "lost" | "invalid"; reason: string };

/** Opens an output. Follows redirects itself, to check each URL. */
export async function openSource(address: string, upstream: Upstream, signal: AbortSignal): Promise<Source> {
  let url = URL.parse(address);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    if (!url || !isAllowedSource(url, upstream))
      return { ok: false, failure: "invalid", reason: "source_not_allowed" };
    let response: Response;
    try {
      // identity: the Content-Length of an encoded body is not that of the image.
      response = await fetch(url, { redirect: "manual", headers: { "accept-encoding": "identity" }, signal });
    } catch {
      return { ok: false, failure: "lost", reason: "no_response" };
    }
    if (response.status === 200) return { ok: true, response };
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) {
      return { ok: false, failure: "lost", reason: `status_${response.status}` };
    }
    url = URL.parse(location, url.href);
  }
  return { ok: false, failure: "invalid", reason: "too_many_redirects" };
}
