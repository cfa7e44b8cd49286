import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import wranglerToml from "../../wrangler.toml?raw";
import { call } from "./support/app.ts";

/** The headers of these that a response has, except the policy, which depends on the kind of response. */
const SAME_EVERYWHERE = [
  "x-content-type-options",
  "referrer-policy",
  "permissions-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
];
const ALL = [...SAME_EVERYWHERE, "content-security-policy", "strict-transport-security"];

const safetyOf = (response: Response, names = ALL) =>
  Object.fromEntries(names.map((name) => [name, response.headers.get(name)]));

const https = (path: string) =>
  app.request(
    `https://studio.example${path}`,
    {},
    { ...env, PUBLIC_URL: "https://studio.example" },
    createExecutionContext(),
  );

describe("security headers", () => {
  it("are the same on assets and on responses of the Worker", async () => {
    const asset = await env.ASSETS.fetch("https://studio.example/");
    expect(asset.status, "the studio has to be built").toBe(200);
    const page = await https("/gallery");
    expect(safetyOf(page)).toEqual(safetyOf(asset));
    const api = await https("/api/health");
    expect(safetyOf(api, SAME_EVERYWHERE)).toEqual(safetyOf(asset, SAME_EVERYWHERE));
    for (const response of [asset, page, api]) {
      expect(response.headers.get("strict-transport-security")).toBe("max-age=31536000");
    }
    expect((await call("/api/health")).headers.has("strict-transport-security"), "http").toBe(false);
  });

  it("let the studio run its own files, and inline only what the policy names by its digest", async () => {
    const assets = await Promise.all(
      ["/", "/gallery"].map((path) => env.ASSETS.fetch(`https://studio.example${path}`)),
    );
    const [policy = "", other] = assets.map(({ headers }) => headers.get("content-security-policy") ?? "");
    expect(other).toBe(policy);
    const [form = "", gallery = ""] = await Promise.all(assets.map((asset) => asset.text()));
    const digestsOf = async (page: string, element: "script" | "style", count: number) => {
      const inline = [
        ...page.matchAll(new RegExp(`<${element}(?: data-cfasync="false")?>(.*?)</${element}>`, "gs")),
      ];
      expect(inline, element).toHaveLength(count);
      expect(page.match(new RegExp(`<${element}\\b`, "gi")), "no other of any form").toHaveLength(count);
      return Promise.all(inline.map(([, text = ""]) => digestOf(text)));
    };
    const digestOf = async (text: string) => {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
      return `'sha256-${btoa(String.fromCharCode(...digest))}'`;
    };
    const found = {
      script: [...(await digestsOf(form, "script", 1)), ...(await digestsOf(gallery, "script", 2))],
      style: [...(await digestsOf(form, "style", 1)), ...(await digestsOf(gallery, "style", 1))],
    };
    const [fallback, scripts = "", styles = ""] = policy.split("; ");
    expect(fallback).toBe("default-src 'none'");
    expect(scripts.split(" ").sort()).toEqual(["script-src", ...new Set(["'self'", ...found.script])].sort());
    expect(styles.split(" ").sort()).toEqual(["style-src", ...new Set(["'self'", ...found.style])].sort());
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    for (const page of [form, gallery]) expect(page).not.toMatch(/\sstyle="|\son\w+="/);
  });

  it("keep zone features from changing shared pages", async () => {
    const response = await call("/s/nothing");
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(response.headers.get("cache-control")).toMatch(/\bno-transform\b/);
    expect(await response.text(), "not in Safari before 17.5").not.toContain("light-dark(");
  });

  it("leave the studio's own page to be compressed, and its script to no script loader", async () => {
    const asset = await env.ASSETS.fetch("https://studio.example/");
    expect(asset.headers.get("cache-control")).not.toMatch(/no-transform/);
    expect(await asset.text()).toMatch(/<script data-cfasync="false">/);
  });

  it.each([
    ["no route", "/api/nothing", "GET"],
    ["a method that is not taken", "/api/generate", "GET"],
    ["a missing file", "/assets/gone.js", "GET"],
    ["a dead link", "/s/nothing", "GET"],
    ["no session", "/images/a/0", "GET"],
  ])("are on refusals too: %s", async (_, path, method) => {
    const response = await call(path, { method });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get("cache-control")).toMatch(/no-store|private/);
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'.*frame-ancestors 'none'/,
    );
    for (const name of SAME_EVERYWHERE) expect(response.headers.get(name), name).toBeTruthy();
  });
});

it("wrangler.toml keeps queries and invocations out of the platform's logs, and holds no secret", () => {
  const section = (name: string) => wranglerToml.split(`\n[${name}]\n`)[1]?.split("\n[")[0] ?? "";
  expect(section("observability")).toMatch(/^enabled = true$/m);
  expect(section("observability")).toMatch(/^redact_query_string = true$/m);
  expect(section("observability.logs")).toMatch(/^enabled = true$/m);
  expect(section("observability.logs")).toMatch(/^invocation_logs = false$/m);
  expect(wranglerToml).not.toMatch(/^\s*(?:\w*(?:SECRET|TOKEN|API_KEY)|DEV_SIGN_IN|account_id)\s*=/m);
});
