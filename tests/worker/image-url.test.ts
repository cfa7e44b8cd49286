/** URLs of images for tools that cannot send a header. */
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { imageUrl } from "../../worker/api/schemas/generation.ts";
import { IMAGE_URL_SECONDS } from "../../worker/config/limits.ts";
import {
  call,
  createKey,
  expectProblem,
  generate,
  isIdle,
  newPrompt,
  newUser,
  reaches,
  type Visitor,
  withKey,
} from "./support/app.ts";
import { connectApp } from "./support/oauth.ts";

async function newImage(user: Visitor): Promise<string> {
  const { id } = await generate(user, newPrompt("terminal"));
  await reaches(user, id, "succeeded");
  await isIdle(user);
  return id;
}

/** The URL as a path, and when it ends. */
async function urlOf(by: Visitor["call"], id: string, query = "") {
  const response = await by(`/api/generations/${id}/url${query}`);
  expect(response.status, await response.clone().text()).toBe(200);
  const { url, expiresAt } = imageUrl.parse(await response.json());
  const { pathname, search } = new URL(url);
  return { path: pathname + search, expiresAt: Date.parse(expiresAt) };
}

/** Lets this much time pass for the Worker. */
function pass(seconds: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + seconds * 1000 });
  onTestFinished(() => void vi.useRealTimers());
}

describe("the URL of an image", () => {
  it.each(["session", "key", "app"] as const)("shows the file without a header, by %s", async (kind) => {
    const user = await newUser();
    const id = await newImage(user);
    const secretOf = {
      key: async () => (await createKey(user, { scopes: ["read"] })).secret,
      app: async () => (await connectApp(user)).token,
    };
    const by = kind === "session" ? user.call : withKey(await secretOf[kind]());
    const { path, expiresAt } = await urlOf(by, id);
    expect(expiresAt).toBeGreaterThan(Date.now() + (IMAGE_URL_SECONDS - 60) * 1000);
    expect(expiresAt).toBeLessThanOrEqual(Date.now() + IMAGE_URL_SECONDS * 1000);
    const file = await call(path);
    expect(file.status).toBe(200);
    expect(file.headers.get("content-type")).toBe("image/png");
    expect(file.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(file.headers.get("cache-control")).toContain("private");
    const own = await user.call(`/images/${id}/0`);
    expect(await file.bytes()).toEqual(await own.bytes());
    const download = await call(`${path}&download`);
    expect(download.headers.get("content-disposition")).toMatch(/^attachment/);
    await download.body?.cancel();
  });

  it("is only for images that are the user's and exist", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const id = await newImage(user);
    for (const [by, path] of [
      [other, `/api/generations/${id}/url`],
      [user, "/api/generations/unknown/url"],
      [user, `/api/generations/${id}/url?output=1`],
    ] as const) {
      await expectProblem(await by.call(path), "not_found");
    }
    for (const query of ["?output=x", "?output=-1", "?output=0&more=1"]) {
      await expectProblem(await user.call(`/api/generations/${id}/url${query}`), "invalid_request");
    }
  });

  it("ends after ten minutes, or with its key", async () => {
    const user = await newUser();
    const id = await newImage(user);
    const soon = new Date(Date.now() + 120_000).toISOString();
    const short = await createKey(user, { expiresAt: soon });
    const byKey = await urlOf(withKey(short.secret), id);
    expect(byKey.expiresAt).toBeLessThanOrEqual(Date.parse(soon));
    const { path } = await urlOf(user.call, id);
    pass(121);
    await expectProblem(await call(byKey.path), "unauthenticated");
    expect((await call(path, { method: "HEAD" })).status).toBe(200);
    pass(IMAGE_URL_SECONDS);
    await expectProblem(await call(path), "unauthenticated");
  });

  it("shows no other image, and nothing if it is changed", async () => {
    const user = await newUser();
    const [id, other] = [await newImage(user), await newImage(user)];
    const { path } = await urlOf(user.call, id);
    const token = new URLSearchParams(path.split("?")[1]).get("token") ?? "";
    const [head, claims, signature] = token.split(".");
    const changed = JSON.parse(atob((claims ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    const forged = btoa(JSON.stringify({ ...changed, generation: other })).replaceAll("=", "");
    for (const wrong of [
      `/images/${other}/0?token=${token}`,
      `/images/${id}/1?token=${token}`,
      `/images/${id}/0?token=${token.slice(0, -2)}`,
      `/images/${other}/0?token=${head}.${forged}.${signature}`,
      `/images/${id}/0?token=`,
      `/images/${id}/0?token=${user.cookie.split("=")[1]}`,
    ]) {
      await expectProblem(await call(wrong), "unauthenticated");
      // The cookie of the owner does not replace the token.
      await expectProblem(await user.call(wrong), "unauthenticated");
    }
    const asSession = { headers: { cookie: `session=${token}` } };
    await expectProblem(await call("/api/generations", asSession), "unauthenticated");
    await expectProblem(await call(`/api/references/image?token=${token}`), "not_found");
  });

  it.each<
    [string, "unauthenticated" | "not_found" | "suspended", (user: Visitor, id: string) => Promise<unknown>]
  >([
    [
      "the image is deleted",
      "not_found",
      (user, id) => user.call(`/api/generations/${id}`, { method: "DELETE" }),
    ],
    ["all sessions end", "unauthenticated", (user) => user.post("/api/auth/logout-everywhere")],
    ["the account is deleted", "unauthenticated", (user) => user.call("/api/account", { method: "DELETE" })],
    [
      "the user is suspended",
      "suspended",
      (user) => env.DB.prepare("update users set suspended_at = 1 where id = ?").bind(user.id).run(),
    ],
  ])("of a session shows nothing once %s", async (_, code, act) => {
    const user = await newUser();
    const id = await newImage(user);
    const { path } = await urlOf(user.call, id);
    await act(user, id);
    await expectProblem(await call(path), code);
  });

  it("of a key shows nothing once the key is revoked, but after all sessions have ended", async () => {
    const user = await newUser();
    const id = await newImage(user);
    const { secret } = await createKey(user);
    const { token } = await connectApp(user);
    const paths = [(await urlOf(withKey(secret), id)).path, (await urlOf(withKey(token), id)).path];
    expect((await user.call("/api/keys", { method: "DELETE" })).status).toBe(204);
    await expectProblem(await call(paths[0] ?? ""), "unauthenticated");
    expect((await call(paths[1] ?? "", { method: "HEAD" })).status).toBe(200);
    expect((await user.call("/api/connected-apps", { method: "DELETE" })).status).toBe(204);
    await expectProblem(await call(paths[1] ?? ""), "unauthenticated");
    const last = (await urlOf(withKey((await createKey(user)).secret), id)).path;
    expect((await user.post("/api/auth/logout-everywhere")).status).toBe(204);
    expect((await call(last, { method: "HEAD" })).status).toBe(200);
    await env.DB.prepare("update users set suspended_at = 1 where id = ?").bind(user.id).run();
    await expectProblem(await call(last), "suspended");
  });
});
