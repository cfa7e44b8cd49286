// The decisions of the service worker; tests/e2e/installed.test.ts runs it in a browser.
import { describe, expect, test, vi } from "vitest";
import { type OpenPage, showPage } from "../../frontend/service-worker/notification-click.ts";
import { kindOf, type RequestFacts } from "../../frontend/service-worker/requests.ts";

const ORIGIN = "https://studio.example";
const SHELL = ["/", "/favicon.svg", "/assets/studio-1.js"];

function kind(path: string, changes: Partial<RequestFacts> = {}) {
  const url = new URL(path, ORIGIN).href;
  return kindOf({ method: "GET", mode: "no-cors", destination: "", url, ...changes }, ORIGIN, SHELL);
}
const opened = (path: string) => kind(path, { mode: "navigate", destination: "document" });
const shown = (path: string) => kind(path, { destination: "image" });

describe("a request", () => {
  test.each(["/", "/?prompt=a+fox", "/gallery", "/account", "/gallery?q=fox&from=2026-11-01", "/g/pred-1"])(
    "for the page %s has a response without network too",
    (path) => {
      expect(opened(path)).toBe("page");
    },
  );

  test.each([
    "/s/token",
    "/s/token/image",
    "/admin",
    "/api/auth/login?return_to=/",
    "/api/auth/callback?code=c&state=s",
    "/api/account/export",
    "/images/g1/0?download",
    "/assets/studio-1.js",
    "/g/",
    "/g/a/b",
    "/nothing",
    "https://elsewhere.example/",
  ])("for the page %s is left to the network", (path) => {
    expect(opened(path)).toBeNull();
  });

  test("for a file has a response if the file belongs to this build", () => {
    expect(kind("/assets/studio-1.js")).toBe("shell");
    expect(kind("/favicon.svg")).toBe("shell");
    expect(kind("/assets/studio-2.js")).toBeNull();
    expect(kind("/sw.js")).toBeNull();
  });

  test("for the API is left to the network", () => {
    for (const path of ["/api/session", "/api/generations?limit=24", "/api/events"]) {
      expect(kind(path)).toBeNull();
      expect(kind(path, { method: "POST" })).toBeNull();
    }
  });

  test("for an image has a response if it is a thumbnail that a page shows", () => {
    expect(shown("/images/g1/0?size=thumb")).toBe("thumbnail");
    expect(shown("/images/g1/0"), "an original").toBeNull();
    expect(shown("/images/g1/0?size=thumb&download")).toBeNull();
    expect(kind("/images/g1/0?size=thumb"), "read by a script").toBeNull();
    expect(kind("/images/g1/0?size=thumb", { method: "HEAD", destination: "image" })).toBeNull();
    expect(shown("https://elsewhere.example/images/g1/0?size=thumb")).toBeNull();
  });
});

describe("a click on a notification", () => {
  const studio = (visibilityState: string) =>
    ({ visibilityState, postMessage: vi.fn(), focus: vi.fn(async () => {}) }) satisfies OpenPage;
  const openWindow = vi.fn(async () => {});

  test("shows its image in the visible page", async () => {
    const [behind, front] = [studio("hidden"), studio("visible")];
    await showPage("/g/g1", [behind, front], openWindow);
    expect(front.postMessage).toHaveBeenCalledExactlyOnceWith({ open: "/g/g1" });
    expect(front.focus).toHaveBeenCalledOnce();
    expect(behind.focus).not.toHaveBeenCalled();
    expect(openWindow).not.toHaveBeenCalled();
  });

  test("focuses a hidden page if none is visible", async () => {
    const behind = studio("hidden");
    await showPage("/g/g1", [behind], openWindow);
    expect(behind.focus).toHaveBeenCalledOnce();
  });

  test("opens a window if no page is open", async () => {
    await showPage("/g/g1", [], openWindow);
    expect(openWindow).toHaveBeenCalledExactlyOnceWith("/g/g1");
  });
});
