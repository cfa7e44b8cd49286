import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { settingsOf } from "../../worker/config/settings.ts";
import { expectProblem, newUser, ORIGIN, type Visitor } from "./support/app.ts";

const NAMED = "https://partner.example";
const OTHER = "https://evil.example";

const ask = (
  path: string,
  origin: string,
  { method = "GET", user, allowed = NAMED }: { method?: string; user?: Visitor; allowed?: string } = {},
  headers: Record<string, string> = {},
) =>
  app.request(
    ORIGIN + path,
    { method, headers: { origin, ...(user && { cookie: user.cookie }), ...headers } },
    { ...env, ALLOWED_ORIGINS: allowed },
    createExecutionContext(),
  );

const preflight = {
  "access-control-request-method": "POST",
  "access-control-request-headers": "content-type",
};
const corsOf = (response: Response) =>
  [...response.headers].filter(([name]) => name.startsWith("access-control"));

describe("ALLOWED_ORIGINS", () => {
  it("allows the pages of a listed origin to use the API", async () => {
    const user = await newUser();
    const response = await ask("/api/generations", NAMED, { user });
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe(NAMED);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
    expect(response.headers.get("vary")).toMatch(/\borigin\b/i);
  });

  it("responds to its preflight requests", async () => {
    const response = await ask("/api/generate", NAMED, { method: "OPTIONS" }, preflight);
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(NAMED);
    expect(response.headers.get("access-control-allow-methods")).toBe("GET,HEAD,POST,PATCH,DELETE");
    expect(response.headers.get("access-control-allow-headers")).toBe(
      "authorization,content-type,idempotency-key,mcp-method,mcp-name,mcp-protocol-version",
    );
    expect(response.headers.get("vary")).toMatch(/\borigin\b/i);
  });

  it.each([OTHER, "null", `${NAMED}.evil.example`, `${NAMED}:8443`, "http://partner.example"])(
    "is not there for %s",
    async (origin) => {
      const user = await newUser();
      const response = await ask("/api/generations", origin, { user });
      expect(corsOf(response)).toEqual([]);
      expect(response.headers.get("vary")).toMatch(/\borigin\b/i);
      await expectProblem(response, "forbidden_origin");
      const refused = await ask("/api/generate", origin, { method: "OPTIONS" }, preflight);
      expect(corsOf(refused)).toEqual([]);
      await expectProblem(refused, "method_not_allowed");
    },
  );

  it.each([
    ["operates the studio", "/admin/pause"],
    ["operates the studio", "/api/admin/pause"],
    ["examines the studio", "/api/admin/doctor"],
    ["connects an app", "/oauth/authorize"],
  ])("rejects a page of a listed origin that %s: %s", async (_, path) => {
    const user = await newUser();
    await expectProblem(await ask(path, NAMED, { method: "POST", user }), "forbidden_origin");
  });

  it("when empty, allows only the studio's origin, without CORS headers", async () => {
    const user = await newUser();
    const response = await ask("/api/generations", NAMED, { user, allowed: "" });
    expect(corsOf(response)).toEqual([]);
    await expectProblem(response, "forbidden_origin");
    const own = await ask("/api/generations", ORIGIN, { user, allowed: "" });
    expect(own.status).toBe(200);
    expect(corsOf(own)).toEqual([]);
    await expectProblem(
      await ask("/api/generate", NAMED, { method: "OPTIONS", allowed: "" }, preflight),
      "method_not_allowed",
    );
  });

  it.each([
    "*",
    "null",
    "partner.example",
    "http://partner.example",
    `${NAMED}/`,
    `${NAMED}/app`,
    "https://*.example",
  ])("is rejected as a setting when it is not an origin: %s", (allowed) => {
    const settings = {
      SESSION_SECRET: "0123456789abcdef0123",
      SKYTELLS_API_KEY: "sk",
      ALLOWED_ORIGINS: allowed,
    };
    expect(() => settingsOf(settings)).toThrow(/ALLOWED_ORIGINS/);
  });
});
