import { expect, test, vi } from "vitest";
import { createRouter, routeOf } from "../../frontend/browser/router.ts";
import { outputIn, outputPath } from "../../worker/shared/output-path.ts";

/** A browser's history, as far as the router uses it. */
function browser(path: string) {
  const entries: { path: string; state: unknown }[] = [{ path, state: null }];
  let at = 0;
  const location = { pathname: "", search: "" };
  const visit = (to: number) => {
    at = to;
    const { pathname, search } = new URL(entries[at]?.path ?? "/", "http://localhost");
    Object.assign(location, { pathname, search });
  };
  visit(0);
  const history = {
    get state() {
      return entries[at]?.state;
    },
    pushState(state: unknown, _title: string, to: string) {
      entries.splice(at + 1, Infinity, { path: to, state });
      visit(at + 1);
    },
    replaceState(state: unknown, _title: string, to: string) {
      entries[at] = { path: to, state };
      visit(at);
    },
    back() {
      visit(at - 1);
      router.follow();
    },
  };
  const page = {
    history,
    location,
    scrollY: 0,
    scrollTo: vi.fn(),
    requestAnimationFrame: (draw: () => void) => draw(),
  };
  const router = createRouter(page as unknown as Window);
  return { router, page, location, entries, history, scrollTo: page.scrollTo };
}

test.each([
  ["/", { page: "create", imageId: null, search: "" }],
  ["/gallery", { page: "gallery", imageId: null, search: "?q=fox" }],
  ["/gallery/", { page: "gallery", imageId: null, search: "?q=fox" }],
  ["/account", { page: "account", imageId: null, search: "" }],
  ["/g/abc", { page: "gallery", imageId: "abc", search: "", imageSearch: "?q=fox" }],
  ["/g/a%2Fb", { page: "gallery", imageId: "a/b", search: "", imageSearch: "?q=fox" }],
  ["/g/%E0%A4%A", { page: "gallery", imageId: "%E0%A4%A", search: "", imageSearch: "?q=fox" }],
  ["/g/", { page: "not_found", imageId: null, search: "" }],
  ["/nowhere", { page: "not_found", imageId: null, search: "" }],
])("%s", (path, route) => {
  expect(routeOf(path, "?q=fox")).toEqual(route);
});

test("an image opens over the page that it was opened from, and closing it goes back there", () => {
  const { router, location, scrollTo } = browser("/");
  router.go("/g/a");
  expect(router.route.value).toMatchObject({ page: "create", imageId: "a", search: "" });
  router.go("/g/b", true);
  router.closeImage();
  expect(router.route.value).toEqual({ page: "create", imageId: null, search: "" });
  expect(location.pathname).toBe("/");
  expect(scrollTo).not.toHaveBeenCalled();
});

test("closing twice goes back once, however late the browser reports the navigation", () => {
  const { router, location, history } = browser("/");
  router.go("/gallery");
  router.go("/g/a");
  const back = vi.spyOn(history, "back").mockImplementation(() => {});
  router.closeImage();
  router.closeImage();
  expect(back).toHaveBeenCalledOnce();
  // Restored from the back/forward cache, with its image still open.
  router.shown();
  router.closeImage();
  expect(back).toHaveBeenCalledTimes(2);
  back.mockRestore();
  history.back();
  router.closeImage();
  expect(location.pathname).toBe("/gallery");
  router.go("/g/b");
  router.closeImage();
  expect(location.pathname).toBe("/gallery");
});

test("an image opened by its address closes to the gallery without leaving the studio", () => {
  const { router, location, entries } = browser("/g/a");
  router.go("/g/b", true);
  router.closeImage();
  expect(location.pathname).toBe("/gallery");
  expect(entries).toHaveLength(1);
});

test("another page starts at the top", () => {
  const { router, scrollTo } = browser("/");
  router.go("/gallery");
  expect(scrollTo).toHaveBeenCalledExactlyOnceWith(0, 0);
});

test("filters are part of the gallery's address, and stay under an open image", () => {
  const { router, location, history } = browser("/gallery?q=fox");
  expect(router.route.value).toEqual({ page: "gallery", imageId: null, search: "?q=fox" });
  router.go("/g/a");
  router.go("/g/b", true);
  expect(router.route.value).toMatchObject({ page: "gallery", imageId: "b", search: "?q=fox" });
  router.closeImage();
  expect(location.pathname + location.search).toBe("/gallery?q=fox");
  router.go("/gallery?q=fox&favorite=true");
  history.back();
  expect(router.route.value.search).toBe("?q=fox");
});

test("which image of a generation is open is part of the address, and back shows it again", () => {
  const { router, history } = browser("/gallery?q=fox");
  router.go(outputPath("a", 2));
  expect(outputIn(router.route.value.imageSearch)).toBe(2);
  router.go("/account");
  history.back();
  expect(router.route.value).toMatchObject({ imageId: "a", search: "?q=fox" });
  expect(outputIn(router.route.value.imageSearch)).toBe(2);
});

test.each(["", "?output=", "?output=-1", "?output=1e3", "?output=two"])("%j is the first image", (query) => {
  expect(outputIn(query)).toBe(0);
});

test("Back before the first frame of a view transition: address and page agree", () => {
  const { router, location, history } = browser("/gallery");
  const frames: (() => void)[] = [];
  router.transition = (move) => void frames.push(move);
  router.go("/g/a");
  history.back();
  for (const draw of frames.toReversed()) draw();
  expect([location.pathname, router.route.value.imageId]).toEqual(["/gallery", null]);
  router.go("/g/b");
  for (const draw of frames) draw();
  expect([location.pathname, router.route.value.imageId]).toEqual(["/g/b", "b"]);
});

test("back restores the scroll position", () => {
  const { router, page, history, scrollTo } = browser("/");
  page.scrollY = 700;
  router.go("/gallery");
  expect(router.isReturning).toBe(false);
  page.scrollY = 90;
  scrollTo.mockClear();
  history.back();
  expect(router.isReturning).toBe(true);
  expect(scrollTo).toHaveBeenCalledExactlyOnceWith(0, 700);
});
