import { signal } from "@preact/signals";

/** A picture opens over the page it was picked from; without one (a deep link) over the gallery. */
export type Page = "studio" | "gallery" | "account";
export type Route =
  | { page: Page; picture: string | null /** The gallery's filters, as in its address. */; search: string }
  | { page: "missing"; picture: null; search: "" };

type Visit = { under?: Page; search?: string; depth?: number };

export function routeOf(address: string, search = "", { under, search: searchUnder }: Visit = {}): Route {
  const path = address.replace(/(?<=.)\/$/, "");
  if (path === "/") return { page: "studio", picture: null, search: "" };
  if (path === "/gallery") return { page: "gallery", picture: null, search };
  if (path === "/account") return { page: "account", picture: null, search: "" };
  const id = /^\/g\/([^/]+)$/.exec(path)?.[1];
  return id === undefined
    ? { page: "missing", picture: null, search: "" }
    : { page: under ?? "gallery", picture: decode(id), search: searchUnder ?? "" };
}

export const pathOf = (page: Page) => (page === "studio" ? "/" : `/${page}`);
export const picturePath = (id: string) => `/g/${encodeURIComponent(id)}`;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The few routes the studio has, on the History API. */
export function createRouter(browser: Window) {
  const { history, location } = browser;
  const visit = () => (history.state ?? {}) as Visit;
  const read = () => routeOf(location.pathname, location.search, visit());
  const route = signal<Route>(read());
  /** The scroll position of each history entry, by its depth. A new entry replaces those after it. */
  const left: number[] = [];
  let depth = visit().depth ?? 0;
  /** `history.back()` was called and its popstate has not arrived: a second call would go back too far. */
  let closing = false;
  /** The latest navigation. A view transition renders a frame later; by then the user may have gone back. */
  let latest = 0;
  // The browser would restore the position before the page is rendered.
  history.scrollRestoration = "manual";

  /** After a navigation: shows the route of the current address, scrolled to `top`. */
  function arrive(top: number) {
    const from = route.value;
    const to = read();
    depth = visit().depth ?? 0;
    closing = false;
    latest += 1;
    const navigation = latest;
    router.present(
      () => {
        if (navigation !== latest) return;
        route.value = to;
        if (to.page === from.page) return;
        if (top > 0) browser.requestAnimationFrame(() => browser.scrollTo(0, top));
        else browser.scrollTo(0, 0);
      },
      from,
      to,
    );
  }

  const router = {
    route,
    /** The last move was the browser's back or forward: things are to be as they were left. */
    returning: false,
    /** Shows a move; what makes it one to see comes later. */
    present: (move: () => void, _from: Route, _to: Route) => move(),
    go(path: string, replace = false) {
      const { page, search } = route.value;
      const state: Visit = {
        under: page === "missing" ? "gallery" : page,
        search,
        depth: replace ? depth : depth + 1,
      };
      left[depth] = browser.scrollY;
      if (replace) history.replaceState(state, "", path);
      else history.pushState(state, "", path);
      router.returning = false;
      arrive(0);
    },
    /** Follows the browser's own back and forward. */
    follow() {
      left[depth] = browser.scrollY;
      router.returning = true;
      arrive(left[visit().depth ?? 0] ?? 0);
    },
    /** The page is shown, perhaps as the browser kept it when a picture was closed towards another document. */
    shown() {
      closing = false;
    },
    /** Back to the page under the picture, the way the user came where there is one. */
    closePicture() {
      const { page, search, picture } = route.value;
      if (page === "missing" || picture === null || closing) return;
      closing = depth > 0;
      if (depth) history.back();
      else router.go(pathOf(page) + (page === "gallery" ? search : ""), true);
    },
  };
  return router;
}

export type Router = ReturnType<typeof createRouter>;
