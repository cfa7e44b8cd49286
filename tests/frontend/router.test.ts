import { expect, test, vi } from "vitest";
import { createRouter, routeOf } from "../../frontend/state/router.ts";

/** A browser's history, as far as the router uses it. */
function browser(path: string) {
  const entries: { path: string; state: unknown }[] = [{ path, state: null }];
  let at = 0;
  const location = { pathname: path };
  const visit = (to: number) => {
    at = to;
    location.pathname = entries[at]?.path ?? "/";
  };
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
  const scrollTo = vi.fn();
  const router = createRouter({ history, location, scrollTo } as unknown as Window);
  return { router, location, entries, scrollTo };
}

test.each([
  ["/", { page: "studio", picture: null }],
  ["/gallery", { page: "gallery", picture: null }],
  ["/g/abc", { page: "gallery", picture: "abc" }],
  ["/g/a%2Fb", { page: "gallery", picture: "a/b" }],
  ["/g/%E0%A4%A", { page: "gallery", picture: "%E0%A4%A" }],
  ["/g/", { page: "missing", picture: null }],
  ["/nowhere", { page: "missing", picture: null }],
])("%s", (path, route) => {
  expect(routeOf(path)).toEqual(route);
});

test("a picture opens over the page it was picked from, and closing goes back there", () => {
  const { router, location, scrollTo } = browser("/");
  router.go("/g/a");
  expect(router.route.value).toEqual({ page: "studio", picture: "a" });
  router.go("/g/b", true);
  router.closePicture();
  expect(router.route.value).toEqual({ page: "studio", picture: null });
  expect(location.pathname).toBe("/");
  expect(scrollTo).not.toHaveBeenCalled();
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
