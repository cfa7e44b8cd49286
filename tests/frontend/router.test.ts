import { expect, test, vi } from "vitest";
import { createRouter, routeOf } from "../../frontend/browser/router.ts";

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
  ["/", { page: "studio", picture: null, search: "" }],
  ["/gallery", { page: "gallery", picture: null, search: "?q=fox" }],
  ["/gallery/", { page: "gallery", picture: null, search: "?q=fox" }],
  ["/account", { page: "account", picture: null, search: "" }],
  ["/g/abc", { page: "gallery", picture: "abc", search: "" }],
  ["/g/a%2Fb", { page: "gallery", picture: "a/b", search: "" }],
  ["/g/%E0%A4%A", { page: "gallery", picture: "%E0%A4%A", search: "" }],
  ["/g/", { page: "missing", picture: null, search: "" }],
  ["/nowhere", { page: "missing", picture: null, search: "" }],
])("%s", (path, route) => {
  expect(routeOf(path, "?q=fox")).toEqual(route);
});

test("a picture opens over the page it was picked from, and closing goes back there", () => {
  const { router, location, scrollTo } = browser("/");
  router.go("/g/a");
  expect(router.route.value).toEqual({ page: "studio", picture: "a", search: "" });
  router.go("/g/b", true);
  router.closePicture();
  expect(router.route.value).toEqual({ page: "studio", picture: null, search: "" });
  expect(location.pathname).toBe("/");
  expect(scrollTo).not.toHaveBeenCalled();
});

test("closing twice goes back once, however late the browser says that it is there", () => {
  const { router, location, history } = browser("/");
  router.go("/gallery");
  router.go("/g/a");
  const back = vi.spyOn(history, "back").mockImplementation(() => {});
  router.closePicture();
  router.closePicture();
  expect(back).toHaveBeenCalledOnce();
  // Kept by the browser and shown again, with its picture still open.
  router.shown();
  router.closePicture();
  expect(back).toHaveBeenCalledTimes(2);
  back.mockRestore();
  history.back();
  router.closePicture();
  expect(location.pathname).toBe("/gallery");
  router.go("/g/b");
  router.closePicture();
  expect(location.pathname).toBe("/gallery");
});

test("a picture opened by its address closes to the gallery without leaving the studio", () => {
  const { router, location, entries } = browser("/g/a");
  router.go("/g/b", true);
  router.closePicture();
  expect(location.pathname).toBe("/gallery");
  expect(entries).toHaveLength(1);
});

test("another page starts at its top", () => {
  const { router, scrollTo } = browser("/");
  router.go("/gallery");
  expect(scrollTo).toHaveBeenCalledExactlyOnceWith(0, 0);
});

test("filters are part of the gallery's address, and stay under a picture", () => {
  const { router, location, history } = browser("/gallery?q=fox");
  expect(router.route.value).toEqual({ page: "gallery", picture: null, search: "?q=fox" });
  router.go("/g/a");
  router.go("/g/b", true);
  expect(router.route.value).toEqual({ page: "gallery", picture: "b", search: "?q=fox" });
  router.closePicture();
  expect(location.pathname + location.search).toBe("/gallery?q=fox");
  router.go("/gallery?q=fox&favorite=true");
  history.back();
  expect(router.route.value.search).toBe("?q=fox");
});

test("Back before the first frame of a view transition: address and page agree", () => {
  const { router, location, history } = browser("/gallery");
  const frames: (() => void)[] = [];
  router.present = (move) => void frames.push(move);
  router.go("/g/a");
  history.back();
  for (const draw of frames.toReversed()) draw();
  expect([location.pathname, router.route.value.picture]).toEqual(["/gallery", null]);
  router.go("/g/b");
  for (const draw of frames) draw();
  expect([location.pathname, router.route.value.picture]).toEqual(["/g/b", "b"]);
});

test("back finds a page as far down as it was left; and says that it is back", () => {
  const { router, page, history, scrollTo } = browser("/");
  page.scrollY = 700;
  router.go("/gallery");
  expect(router.returning).toBe(false);
  page.scrollY = 90;
  scrollTo.mockClear();
  history.back();
  expect(router.returning).toBe(true);
  expect(scrollTo).toHaveBeenCalledExactlyOnceWith(0, 700);
});
