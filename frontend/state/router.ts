import { signal } from "@preact/signals";

/** A picture opens over the page it was picked from; without one (a deep link) over the gallery. */
export type Page = "studio" | "gallery";
export type Route = { page: Page; picture: string | null } | { page: "missing"; picture: null };

type Visit = { under?: Page; depth?: number };

export function routeOf(path: string, under: Page = "gallery"): Route {
  if (path === "/") return { page: "studio", picture: null };
  if (path === "/gallery") return { page: "gallery", picture: null };
  const id = /^\/g\/([^/]+)$/.exec(path)?.[1];
  return id === undefined ? { page: "missing", picture: null } : { page: under, picture: decode(id) };
}

export const pathOf = (page: Page) => (page === "studio" ? "/" : "/gallery");
export const picturePath = (id: string) => `/g/${encodeURIComponent(id)}`;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The few routes the studio has, on the History API. */
export function createRouter(browser: Pick<Window, "history" | "location" | "scrollTo">) {
  const visit = () => (browser.history.state ?? {}) as Visit;
  const read = () => routeOf(browser.location.pathname, visit().under);
  const route = signal<Route>(read());

  function go(path: string, replace = false) {
    const before = route.value;
    const under = before.page === "missing" ? "gallery" : before.page;
    const depth = visit().depth ?? 0;
    const state: Visit = { under, depth: replace ? depth : depth + 1 };
    if (replace) browser.history.replaceState(state, "", path);
    else browser.history.pushState(state, "", path);
    route.value = read();
    if (route.value.page !== before.page) browser.scrollTo(0, 0);
  }

  return {
    route,
    go,
    /** Follows the browser's own back and forward. */
    follow() {
      route.value = read();
    },
    /** Back to the page under the picture, the way the user came where there is one. */
    closePicture() {
      if (route.value.page === "missing") return;
      if (visit().depth) browser.history.back();
      else go(pathOf(route.value.page), true);
    },
  };
}

export type Router = ReturnType<typeof createRouter>;
