// What the service worker decides without a browser; that it does so in one is tested end to end.
import { describe, expect, test, vi } from "vitest";
import { type OpenStudio, showPage } from "../../frontend/service-worker/notification-click.ts";
import { type Asked, kindOf } from "../../frontend/service-worker/requests.ts";

const ORIGIN = "https://studio.example";
const SHELL = ["/", "/favicon.svg", "/assets/studio-1.js"];

function kind(path: string, changes: Partial<Asked> = {}) {
  const url = new URL(path, ORIGIN).href;
  return kindOf({ method: "GET", mode: "no-cors", destination: "", url, ...changes }, ORIGIN, SHELL);
}
const opened = (path: string) => kind(path, { mode: "navigate", destination: "document" });
const shown = (path: string) => kind(path, { destination: "image" });

describe("a request", () => {
  test.each(["/", "/?prompt=a+fox", "/gallery", "/account", "/gallery?q=fox&from=2026-11-01", "/g/pred-1"])(
    "for the studio's page %s is answered without network too",
    (path) => {
      expect(opened(path)).toBe("page");
    },
  );

  test.each([
    "/s/token",
    "/s/token/image",
    "/api/auth/login?return_to=/",
    "/api/auth/callback?code=c&state=s",
    "/api/account/export",
    "/images/g1/0?download",
    "/assets/studio-1.js",
    "/g/",
    "/g/a/b",
    "/nothing",
    "https://elsewhere.example/",
  ])("for %s as a page is none of the worker's business", (path) => {
    expect(opened(path)).toBeNull();
  });

  test("for a file of this build is, for another's is not", () => {
    expect(kind("/assets/studio-1.js")).toBe("shell");
    expect(kind("/favicon.svg")).toBe("shell");
    expect(kind("/assets/studio-2.js")).toBeNull();
    expect(kind("/sw.js")).toBeNull();
  });

  test("for the API never is", () => {
    for (const path of ["/api/session", "/api/generations?limit=24", "/api/events"]) {
      expect(kind(path)).toBeNull();
      expect(kind(path, { method: "POST" })).toBeNull();
    }
  });

  test("for a picture is where it is a thumbnail that a page shows", () => {
    expect(shown("/images/g1/0?size=thumb")).toBe("thumbnail");
    expect(shown("/images/g1/0"), "an original").toBeNull();
    expect(shown("/images/g1/0?size=thumb&download")).toBeNull();
    expect(kind("/images/g1/0?size=thumb"), "read by a script").toBeNull();
    expect(kind("/images/g1/0?size=thumb", { method: "HEAD", destination: "image" })).toBeNull();
    expect(shown("https://elsewhere.example/images/g1/0?size=thumb")).toBeNull();
  });
});

describe("a notification that is clicked", () => {
  const studio = (visibilityState: string) =>
    ({ visibilityState, postMessage: vi.fn(), focus: vi.fn(async () => {}) }) satisfies OpenStudio;
  const openWindow = vi.fn(async () => {});

  test("shows its picture in the studio in front", async () => {
    const [behind, front] = [studio("hidden"), studio("visible")];
    await showPage("/g/g1", [behind, front], openWindow);
    expect(front.postMessage).toHaveBeenCalledExactlyOnceWith({ open: "/g/g1" });
    expect(front.focus).toHaveBeenCalledOnce();
    expect(behind.focus).not.toHaveBeenCalled();
    expect(openWindow).not.toHaveBeenCalled();
  });

  test("brings one to the front where all are behind", async () => {
    const behind = studio("hidden");
    await showPage("/g/g1", [behind], openWindow);
    expect(behind.focus).toHaveBeenCalledOnce();
  });

  test("opens a studio where there is none", async () => {
    await showPage("/g/g1", [], openWindow);
    expect(openWindow).toHaveBeenCalledExactlyOnceWith("/g/g1");
  });
});
