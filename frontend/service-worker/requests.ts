import { pageAt } from "../../worker/shared/pages.ts";

/** How the service worker handles a request; null: not at all. */
export type Kind = "page" | "shell" | "thumbnail" | null;

const IMAGE = /^\/images\//;
const THUMBNAIL = /^\?size=(?:thumb|small)$/;

export type RequestFacts = Pick<Request, "method" | "mode" | "destination" | "url">;

/** `shell`: the paths of this build's files. */
export function kindOf(request: RequestFacts, ownOrigin: string, shell: string[]): Kind {
  const { method, mode, destination } = request;
  const { pathname, search, origin } = new URL(request.url);
  if (method !== "GET" || origin !== ownOrigin) return null;
  // The Worker renders shared pages and sign-ins itself.
  if (mode === "navigate") return pageAt(pathname) === null ? null : "page";
  if (shell.includes(pathname)) return "shell";
  return destination === "image" && IMAGE.test(pathname) && THUMBNAIL.test(search) ? "thumbnail" : null;
}
