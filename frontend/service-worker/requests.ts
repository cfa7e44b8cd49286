/** What a request is to the service worker; null: none of its business. */
export type Kind = "page" | "shell" | "thumbnail" | null;

/** The pages that the studio draws itself. Shared pages, the API and sign-ins are none of them. */
const PAGES = /^\/(?:$|gallery$|account$|g\/[^/]+$)/;
const PICTURE = /^\/images\//;

export type Asked = Pick<Request, "method" | "mode" | "destination" | "url">;

export function kindOf({ method, mode, destination, url }: Asked, origin: string, shell: string[]): Kind {
  const { pathname, search, origin: theirs } = new URL(url);
  if (method !== "GET" || theirs !== origin) return null;
  if (mode === "navigate") return PAGES.test(pathname) ? "page" : null;
  if (shell.includes(pathname)) return "shell";
  return destination === "image" && PICTURE.test(pathname) && search === "?size=thumb" ? "thumbnail" : null;
}
