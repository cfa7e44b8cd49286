/** Cloudflare also serves a host over plain http unless configured otherwise: no session may be sent there. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { settingsOf } from "../../worker/config/settings.ts";
import { startSession } from "../../worker/http/middleware/session.ts";
import type { AppEnv } from "../../worker/http/middleware/app-env.ts";
import type { Session } from "../../worker/api/schemas/session.ts";
import { issueSession } from "../../worker/auth/session.ts";
import { newUser } from "./support/app.ts";
import { Hono } from "hono";

const startSessionApp = new Hono<AppEnv>().get("/", async (c) => {
  await startSession(c, { userId: "u", epoch: 0 });
  return c.body(null, 204);
});

it.each([
  ["http://studio.example/", /^__Host-session=.*; Secure/],
  ["https://studio.example/", /^__Host-session=.*; Secure/],
  ["http://localhost/", /^session=(?!.*Secure)/],
])("sets the cookie for %s", async (url, cookie) => {
  const response = await startSessionApp.request(url, {}, env, createExecutionContext());
  expect(response.headers.get("set-cookie")).toMatch(cookie);
});

it("a cookie that plain http could have set is not a session", async () => {
  const { id } = await newUser();
  const token = await issueSession(settingsOf(env), { userId: id, epoch: 0 }, Date.now());
  const userOf = async (url: string, name: string) => {
    const headers = { cookie: `${name}=${token}` };
    const response = await app.request(`${url}/api/session`, { headers }, env, createExecutionContext());
    return (await response.json<Session>()).user?.id;
  };
  expect(await userOf("http://studio.example", "session")).toBeUndefined();
  expect(await userOf("https://studio.example", "session")).toBeUndefined();
  expect(await userOf("https://studio.example", "__Host-session")).toBe(id);
  expect(await userOf("http://localhost", "session")).toBe(id);
});
