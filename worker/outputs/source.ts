/** Fetching a picture from where Skytells says it is, without trusting that it says so in good faith. */
import { isLoopback, type Settings } from "../env.ts";

type Upstream = Settings["skytells"];

/**
 * Whether an output may be fetched from `url`: https, on a listed host or below one (labels, not substrings).
 * Where the API itself is on loopback (the simulator), loopback outputs are allowed besides.
 */
export function isAllowedSource(url: URL, upstream: Upstream): boolean {
  if (url.username !== "" || url.password !== "") return false;
  if (upstream.loopback && isLoopback(url.hostname))
    return url.protocol === "http:" || url.protocol === "https:";
  if (url.protocol !== "https:" || url.port !== "") return false;
  return upstream.outputHosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`));
}

const MAX_REDIRECTS = 3;

export type Source =
  | { ok: true; response: Response }
  | { ok: false; failure: "lost" | "invalid"; reason: string };

/** Opens an output. Redirects are followed by hand, so that none leads off the list. */
export async function openSource(address: string, upstream: Upstream, signal: AbortSignal): Promise<Source> {
  let url = URL.parse(address);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    if (!url || !isAllowedSource(url, upstream))
      return { ok: false, failure: "invalid", reason: "source_not_allowed" };
    let response: Response;
    try {
      // identity: a decoded body would not have the length that Content-Length tells.
      response = await fetch(url, { redirect: "manual", headers: { "accept-encoding": "identity" }, signal });
    } catch {
      return { ok: false, failure: "lost", reason: "no_answer" };
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
