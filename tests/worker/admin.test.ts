import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import {
  type AdminUsage,
  type AdminUser,
  type AdminUserPage,
  adminUsage,
  adminUserPage,
  adminUserResponse,
  recheckResponse,
} from "../../worker/api/admin-schemas.ts";
import {
  call,
  deliver,
  eventually,
  expectProblem,
  generate,
  limitsOf,
  newPrompt,
  newUser,
  objectsOf,
  openStudio,
  reaches,
  rowsOf,
} from "./support/app.ts";
import { ended, webhookOf } from "./support/simulator.ts";

const TOKEN = "the-admin-token-of-these-tests";

type Ask = { body?: unknown; authorization?: string; settings?: object };

async function admin(path: string, { body, authorization = `Bearer ${TOKEN}`, settings }: Ask = {}) {
  const request = {
    headers: { authorization, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  };
  const bindings = { ...env, ADMIN_TOKEN: TOKEN, ...settings };
  return app.request(`http://localhost:9/api/admin/${path}`, request, bindings, createExecutionContext());
}

async function userOf(response: Response): Promise<AdminUser> {
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json<{ user: AdminUser }>()).user;
}

it("responses match their schemas", async () => {
  const user = await newUser();
  const { id } = await generate(user, newPrompt("terminal"));
  await reaches(user, id, "succeeded");
  for (const [schema, path, body] of [
    [adminUserPage, "users?limit=1", undefined],
    [adminUsage, "usage", undefined],
    [adminUsage, `usage?user=${user.id}`, undefined],
    [adminUserResponse, "plan", { user: user.id, plan: "pro" }],
    [recheckResponse, "recheck", { generation: id }],
  ] as const) {
    const response = await admin(path, { body });
    const content = await response.json();
    expect(schema.parse(content), path).toEqual(content);
  }
});

describe("/api/admin", () => {
  const routes = [
    ["users", undefined],
    ["usage", undefined],
    ["plan", { user: "x", plan: "pro" }],
    ["suspend", { user: "x" }],
    ["restore", { user: "x" }],
    ["operator", { user: "x", operator: true }],
    ["actions", undefined],
    ["delete-user", { user: "x" }],
    ["unshare", { share: "x" }],
    ["recheck", { generation: "x" }],
  ] as const;

  it.each(routes)(
    "%s: is 404 without a token in the settings, and accepts only that token",
    async (path, body) => {
      await expectProblem(await admin(path, { body, settings: { ADMIN_TOKEN: "" } }), "not_found");
      for (const authorization of [
        "",
        `Bearer ${TOKEN}x`,
        `Bearer ${TOKEN.slice(1)}`,
        `Basic ${TOKEN}`,
        "Bearer ",
      ]) {
        await expectProblem(await admin(path, { body, authorization }), "unauthenticated");
      }
    },
  );

  it("accepts each of several tokens, and rejects a weak one in the settings", async () => {
    const settings = { ADMIN_TOKEN: `another-token-1234567, ${TOKEN}` };
    expect((await admin("usage", { settings })).status).toBe(200);
    const problem = await expectProblem(
      await admin("usage", { settings: { ADMIN_TOKEN: "1234" } }),
      "internal",
    );
    expect(problem.detail).toContain("ADMIN_TOKEN");
  });

  it("is rate limited before it checks a token", async () => {
    const settings = { RL_ADMIN: { limit: async () => ({ success: false }) } };
    const response = await admin("usage", { settings });
    expect(response.headers.get("retry-after")).toBe("60");
    await expectProblem(response, "rate_limited");
  });

  it.each([
    ["plan", { user: "x", plan: "gold" }],
    ["plan", { user: "x" }],
    ["suspend", { user: "" }],
    ["suspend", { user: "x", more: 1 }],
    ["delete-user", {}],
    ["delete-user", { user: "x", yes: true }],
    ["unshare", { share: 5 }],
    ["users?limit=0", undefined],
    ["users?limit=101", undefined],
    ["users?more=1", undefined],
  ])("%s %j is 400", async (path, body) => {
    await expectProblem(await admin(path, { body }), "invalid_request");
  });

  it.each([
    ["plan", { user: "nobody@example.com", plan: "pro" }],
    ["suspend", { user: "nobody@example.com" }],
    ["restore", { user: "nobody@example.com" }],
    ["delete-user", { user: "nobody@example.com" }],
    ["unshare", { share: "http://localhost:9/s/none" }],
    ["recheck", { generation: "none" }],
    ["usage?user=nobody@example.com", undefined],
  ])("%s %j is 404", async (path, body) => {
    await expectProblem(await admin(path, { body }), "not_found");
  });
});

describe("the operator", () => {
  it("finds users by the beginning of their address, page by page", async () => {
    const users = await Promise.all([newUser(), newUser("pro"), newUser()]);
    const mark = `find-${crypto.randomUUID()}`;
    for (const [at, user] of users.entries()) {
      await env.DB.prepare("update users set email = ? where id = ?")
        .bind(`${mark}-${at}@example.com`, user.id)
        .run();
    }
    const found: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query = `users?limit=2&q=${mark.toUpperCase()}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const page: AdminUserPage = await (await admin(query)).json();
      expect(page.items.length).toBeLessThanOrEqual(2);
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(found).toEqual(users.map(({ id }) => id));
    const pros: AdminUserPage = await (await admin(`users?q=${mark}&plan=pro&suspended=false`)).json();
    expect(pros.items.map(({ id }) => id)).toEqual([users[1]?.id]);
  });

  it("changes a plan: sockets get it, the next generate uses it, and running generations continue", async () => {
    const user = await newUser();
    const { events } = await openStudio(user);
    const told = (concurrent: number, inFlight: number) =>
      eventually(async () =>
        expect(events.findLast(({ type }) => type === "limits")).toMatchObject({
          limits: { concurrent, inFlight },
        }),
      );
    expect(await userOf(await admin("plan", { body: { user: user.email, plan: "pro" } }))).toMatchObject({
      id: user.id,
      plan: "pro",
    });
    await told(3, 0);
    const made = [await generate(user, newPrompt("delay=1")), await generate(user, newPrompt("delay=1"))];
    await userOf(await admin("plan", { body: { user: user.id, plan: "free" } }));
    await told(1, 2);
    await expectProblem(await user.post("/api/generate", { prompt: newPrompt() }), "limit_reached");
    for (const { id } of made) await reaches(user, id, "succeeded");
  });

  it("suspends a user: sockets close, requests are 403, links are 404, running generations end; and restores", async () => {
    const user = await newUser();
    const done = await reaches(user, (await generate(user, newPrompt("terminal"))).id, "succeeded");
    const { url } = await (await user.post(`/api/generations/${done.id}/share`, {})).json<{ url: string }>();
    const running = await generate(user, newPrompt("delay=0.5"));
    const { closed } = await openStudio(user);
    const suspended = await userOf(await admin("suspend", { body: { user: user.email } }));
    expect(suspended.suspendedAt).not.toBeNull();
    expect((await closed).code).toBe(4001);
    await expectProblem(await user.post("/api/generate", { prompt: newPrompt() }), "suspended");
    await expectProblem(await user.call("/api/generations"), "suspended");
    expect((await call(new URL(url).pathname)).status).toBe(404);
    await ended(running.id);
    await deliver(await webhookOf(running.id, "succeeded"));
    await eventually(async () => {
      const { user: one } = await (await admin(`usage?user=${user.id}`)).json<AdminUsage>();
      expect(one?.limits).toMatchObject({ inFlight: 0, today: { used: 2 } });
    });
    expect((await userOf(await admin("restore", { body: { user: user.email } }))).suspendedAt).toBeNull();
    await reaches(user, running.id, "succeeded");
    expect((await call(new URL(url).pathname)).status).toBe(200);
  });

  it("deletes a user with all data, and responds 404 the second time", async () => {
    const user = await newUser();
    const { id } = await reaches(user, (await generate(user, newPrompt("terminal"))).id, "succeeded");
    const { url } = await (await user.post(`/api/generations/${id}/share`, {})).json<{ url: string }>();
    await generate(user, newPrompt("stuck"));
    const { closed } = await openStudio(user);
    const gone = await userOf(await admin("delete-user", { body: { user: user.email } }));
    expect(gone).toMatchObject({ id: user.id, email: user.email, deletedAt: expect.any(String) });
    expect((await closed).code).toBe(4001);
    await expectProblem(await user.call("/api/generations"), "unauthenticated");
    expect((await call(new URL(url).pathname)).status).toBe(404);

    await expectProblem(await admin("delete-user", { body: { user: user.email } }), "not_found");
    await eventually(async () => {
      await expectProblem(await admin("delete-user", { body: { user: user.id } }), "not_found");
    });
    expect(await rowsOf(user)).toEqual([]);
    expect(await objectsOf(user)).toEqual([]);
  });

  it("deletes a suspended user; responds 503 when D1 is down", async () => {
    const user = await newUser();
    await userOf(await admin("suspend", { body: { user: user.id } }));
    const broken = {
      prepare: () => {
        throw new Error("D1 is away");
      },
    };
    await expectProblem(
      await admin("delete-user", { body: { user: user.id }, settings: { DB: broken } }),
      "storage_unavailable",
    );
    expect((await userOf(await admin("delete-user", { body: { user: user.id } }))).deletedAt).not.toBeNull();
    await eventually(async () => {
      await expectProblem(await admin(`usage?user=${user.id}`), "not_found");
    });
  });

  it("removes a share link by its URL or its token", async () => {
    const user = await newUser();
    const { id } = await reaches(user, (await generate(user, newPrompt("terminal"))).id, "succeeded");
    const share = async () =>
      (await (await user.post(`/api/generations/${id}/share`, {})).json<{ url: string }>()).url;
    for (const name of [(url: string) => url, (url: string) => url.split("/").at(-1)]) {
      const url = await share();
      const response = await admin("unshare", { body: { share: name(url) } });
      expect(await response.json()).toEqual({
        generation: { id, userId: user.id, status: "succeeded", error: null },
      });
      expect((await call(new URL(url).pathname)).status).toBe(404);
    }
  });

  it("rechecks a generation whose webhook never came", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("webhook-lost", "delay=0.1"));
    await ended(id);
    await eventually(async () => {
      const response = await admin("recheck", { body: { generation: id } });
      expect(await response.json()).toMatchObject({ generation: { id, status: "succeeded" }, looked: true });
    });
    expect(await limitsOf(user)).toMatchObject({ inFlight: 0 });
  });

  it("reads the number of generations of each day", async () => {
    const user = await newUser();
    await generate(user, newPrompt("terminal"));
    const usage = await (await admin("usage")).json<AdminUsage>();
    expect(usage.days[0]?.day).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(usage.days[0]?.created).toBeGreaterThan(0);
    expect(usage.maxPerDay).toBe(0);
  });
});
