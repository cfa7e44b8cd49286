/** Who is an operator, and what is recorded of what they do. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { type OperatorActionPage, operatorActionPage } from "../../worker/api/admin-schemas.ts";
import type { Session } from "../../worker/api/schemas/session.ts";
import {
  createKey,
  expectProblem,
  generate,
  makeOperator,
  newPrompt,
  newUser,
  ORIGIN,
  reaches,
  type Visitor,
} from "./support/app.ts";

async function newOperator(): Promise<Visitor> {
  const user = await newUser();
  await makeOperator(user);
  return user;
}

const TOKEN = "the-admin-token-of-these-tests";
const byToken = (path: string, body: object) =>
  app.request(
    `${ORIGIN}/api/admin/${path}`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    },
    { ...env, ADMIN_TOKEN: TOKEN },
    createExecutionContext(),
  );

const change = (user: Visitor, set: string) =>
  env.DB.prepare(`update users set ${set} where id = ?`).bind(user.id).run();

async function actionsOf(operator: Visitor, query = ""): Promise<OperatorActionPage> {
  const response = await operator.call(`/api/admin/actions${query}`);
  expect(response.status, await response.clone().text()).toBe(200);
  return operatorActionPage.parse(await response.json());
}

describe("the role", () => {
  it("is 404 for a user without it, also without a token in the settings, as an unknown path", async () => {
    const user = await newUser();
    const unknown = await expectProblem(await user.call("/api/admins"), "not_found");
    expect(await expectProblem(await user.call("/api/admin/usage"), "not_found")).toEqual(unknown);
    expect(
      await expectProblem(await user.post("/api/admin/plan", { user: user.id, plan: "pro" }), "not_found"),
    ).toEqual(unknown);
    const { results } = await env.DB.prepare("select plan from users where id = ?").bind(user.id).all();
    expect(results).toEqual([{ plan: "free" }]);
  });

  it("counts from the next request, and ends with it", async () => {
    const [operator, user] = [await newOperator(), await newUser()];
    expect((await user.call("/api/admin/usage")).status).toBe(404);
    const made = await operator.post("/api/admin/operator", { user: user.email, operator: true });
    expect(await made.json()).toMatchObject({ user: { id: user.id, operator: true } });
    expect((await user.call("/api/admin/usage")).status).toBe(200);
    await operator.post("/api/admin/operator", { user: user.id, operator: false });
    expect((await user.call("/api/admin/usage")).status).toBe(404);
  });

  it.each(["suspended_at = 1", "deleted_at = 1", "session_epoch = 1"])(
    "does not count with %s",
    async (set) => {
      const operator = await newOperator();
      await change(operator, set);
      await expectProblem(await operator.call("/api/admin/usage"), "not_found");
    },
  );

  it("does not count for an API key of the operator", async () => {
    const operator = await newOperator();
    const { secret } = await createKey(operator);
    const authorization = `Bearer ${secret}`;
    await expectProblem(await operator.call("/api/admin/usage", { headers: { authorization } }), "not_found");
    const session = await operator.call("/api/session", { headers: { authorization } });
    expect((await session.json<Session>()).user).not.toHaveProperty("operator");
  });

  it("does not count for a request from a page of another site", async () => {
    const operator = await newOperator();
    const body = { user: operator.id, plan: "pro" };
    for (const header of [{ origin: "https://elsewhere.example" }, { "sec-fetch-site": "cross-site" }]) {
      await expectProblem(await operator.post("/api/admin/plan", body, header), "forbidden_origin");
    }
  });

  it("is in the session of an operator only", async () => {
    const user = await newUser();
    const own = async () => (await (await user.call("/api/session")).json<Session>()).user;
    expect(await own()).toEqual({ id: user.id, email: user.email, plan: "free" });
    await makeOperator(user);
    expect(await own()).toEqual({ id: user.id, email: user.email, plan: "free", operator: true });
  });
});

describe("each action is recorded", () => {
  it("with who did it, by session and by token", async () => {
    const [operator, user] = [await newOperator(), await newUser()];
    const { id } = await reaches(user, (await generate(user, newPrompt("terminal"))).id, "succeeded");
    const { url } = await (await user.post(`/api/generations/${id}/share`, {})).json<{ url: string }>();
    const steps = [
      ["plan", { user: user.email, plan: "pro" }, user.id],
      ["suspend", { user: user.id }, user.id],
      ["restore", { user: user.id }, user.id],
      ["operator", { user: user.id, operator: true }, user.id],
      ["recheck", { generation: id }, id],
      ["unshare", { share: url }, id],
      ["delete-user", { user: user.id }, user.id],
    ] as const;
    for (const [action, body] of steps) {
      const response = await operator.post(`/api/admin/${action}`, body);
      expect(response.status, await response.clone().text()).toBe(200);
    }
    const { items } = await actionsOf(operator, `?limit=${steps.length}`);
    expect(items.reverse().map(({ by, action, target }) => [by, action, target])).toEqual(
      steps.map(([action, , target]) => [operator.id, action, target]),
    );
    const other = await newUser();
    expect((await byToken("plan", { user: other.email, plan: "pro" })).status).toBe(200);
    expect((await actionsOf(operator, "?limit=1")).items[0]).toMatchObject({
      by: "token",
      action: "plan",
      target: other.id,
    });
  });

  it("only if it changed something", async () => {
    const operator = await newOperator();
    const before = await actionsOf(operator);
    for (const [action, body] of [
      ["plan", { user: "nobody@example.com", plan: "pro" }],
      ["recheck", { generation: "none" }],
      ["unshare", { share: "none" }],
      ["delete-user", { user: "nobody@example.com" }],
    ] as const) {
      await expectProblem(await operator.post(`/api/admin/${action}`, body), "not_found");
    }
    expect(await actionsOf(operator)).toEqual(before);
  });

  it("and listed page by page, newest first, for a year", async () => {
    const [operator, user] = [await newOperator(), await newUser()];
    await env.DB.prepare("insert into operator_actions values ('old', 1, 'token', 'plan', 'x')").run();
    for (const plan of ["pro", "free", "pro"])
      await operator.post("/api/admin/plan", { user: user.id, plan });
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: OperatorActionPage = await actionsOf(operator, `?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ at }) => at));
      cursor = page.nextCursor;
    }
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(seen).toEqual(seen.toSorted().reverse());
    expect(seen).not.toContain(new Date(1).toISOString());
    await expectProblem(await operator.call("/api/admin/actions?cursor=x"), "invalid_request");
  });
});
