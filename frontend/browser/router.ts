/** The studio's routes, on the History API. */
import { signal } from "@preact/signals";
import { imagePath, PAGE_PATHS, pageAt, type PageName } from "../../worker/shared/pages.ts";
import { definePart } from "../ui/parts.ts";

/** An image opens over the page that it was opened from; without one (a deep link) over the gallery. */
export type Route =
  | {
      page: PageName;
      imageId: string | null;
      /** The gallery's filters, as in its address. */
      search: string;
      /** The query of an image's own address (worker/shared/output-path.ts). */
      imageSearch?: string;
    }
  | { page: "not_found"; imageId: null; search: ""; imageSearch?: never };

/** What a history entry remembers. */
type Visit = { under?: PageName; search?: string; depth?: number };

export function routeOf(pathname: string, search = "", { under, search: searchUnder }: Visit = {}): Route {
  const found = pageAt(pathname);
  if (found === null) return { page: "not_found", imageId: null, search: "" };
  if ("imageId" in found) {
    return {
      page: under ?? "gallery",
      imageId: found.imageId,
      search: searchUnder ?? "",
      imageSearch: search,
    };
  }
  return { page: found.page, imageId: null, search: found.page === "gallery" ? search : "" };
}

export { imagePath };
export const pathOf = (page: PageName) => PAGE_PATHS[page];

export function createRouter(browser: Window) {
  const { history, location } = browser;
  const visit = () => (history.state ?? {}) as Visit;
  const read = () => routeOf(location.pathname, location.search, visit());
  const route = signal<Route>(read());
  /** The scroll position of each history entry, by its depth. A new entry replaces those after it. */
  const left: number[] = [];
  let depth = visit().depth ?? 0;
  /** `history.back()` was called and its popstate has not arrived: a second call would go back too far. */
  let isClosing = false;
  /** The latest navigation. A view transition renders a frame later; by then the user may have gone back. */
  let latest = 0;
  // The browser would restore the position before the page is rendered.
  history.scrollRestoration = "manual";

  /** After a navigation: shows the route of the current address, scrolled to `top`. */
  function arrive(top: number) {
    const from = route.value;
    const to = read();
    depth = visit().depth ?? 0;
    isClosing = false;
    latest += 1;
    const navigation = latest;
    router.transition(
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
    /** The last navigation was the browser's back or forward: pages restore their state. */
    isReturning: false,
    /** Applies a navigation. The deferred code adds the view transition. */
    transition: (move: () => void, _from: Route, _to: Route) => move(),
    go(path: string, replace = false) {
      const { page, search } = route.value;
      const state: Visit = {
        under: page === "not_found" ? "gallery" : page,
        search,
        depth: replace ? depth : depth + 1,
      };
      left[depth] = browser.scrollY;
      if (replace) history.replaceState(state, "", path);
      else history.pushState(state, "", path);
      router.isReturning = false;
      arrive(0);
    },
    /** Follows the browser's own back and forward. */
    follow() {
      left[depth] = browser.scrollY;
      router.isReturning = true;
      arrive(left[visit().depth ?? 0] ?? 0);
    },
    /** The page is shown, perhaps from the back/forward cache, after an image was closed towards another document. */
    shown() {
      isClosing = false;
    },
    /** Goes back to the page under the image; without a history entry for it, replaces this one. */
    closeImage() {
      const { page, search, imageId } = route.value;
      if (page === "not_found" || imageId === null || isClosing) return;
      isClosing = depth > 0;
      if (depth) history.back();
      else router.go(pathOf(page) + (page === "gallery" ? search : ""), true);
    },
  };
  return router;
}

export type Router = ReturnType<typeof createRouter>;
export const routerPart = definePart<Router>("router");
