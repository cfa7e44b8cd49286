/** The operator's page: who sees it, what it shows, what its forms do. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { operatorText as text } from "../../worker/http/pages/operator/text.ts";
import { dayOf } from "../../worker/db/users.ts";
import { DAY_MS } from "../../worker/shared/time.ts";
import { makeOperator, newUser, ORIGIN, type Visitor } from "./support/app.ts";

let operator: Visitor;
beforeAll(async () => {
  operator = await newUser();
  await makeOperator(operator);
});

type Init = {
  path?: string;
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  settings?: object;
};

/** As a browser would open it. */
async function open(user: Visitor | null, { path = "/admin", settings, headers, ...init }: Init = {}) {
  return app.request(
    ORIGIN + path,
    { ...init, headers: { "sec-fetch-dest": "document", ...(user && { cookie: user.cookie }), ...headers } },
    { ...env, ...settings },
    createExecutionContext(),
  );
}

const html = async (init?: Init) => {
  const response = await open(operator, init);
  expect(response.status).toBe(200);
  return response.text();
};

async function submit(user: Visitor | null, action: string, fields: Record<string, string>, init: Init = {}) {
  return open(user, {
    path: `/admin/${action}`,
    method: "POST",
    body: new URLSearchParams(fields).toString(),
    ...init,
    headers: { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN, ...init.headers },
  });
}

/** Submits as the operator; returns the page that follows. */
async function submitted(action: string, fields: Record<string, string>): Promise<string> {
  const response = await submit(operator, action, fields);
  expect(response.status).toBe(303);
  return html({ path: response.headers.get("location") ?? "" });
}

/** As the page's HTML has it. */
const escaped = (sentence: string) => sentence.replaceAll("'", "&#39;");
const resultOf = (result: string) => escaped(text.results[result] ?? "");

const rowOf = ({ id }: Visitor) => env.DB.prepare("select * from users where id = ?").bind(id).first();

async function seedGeneration(values: Record<string, string | number | null>): Promise<string> {
  const all = {
    id: crypto.randomUUID(),
    user_id: operator.id,
    prompt: "a secret prompt",
    created_at: Date.now(),
    ...values,
  };
  const names = Object.keys(all);
  await env.DB.prepare(`insert into generations (${names.join()}) values (${names.map(() => "?").join()})`)
    .bind(...Object.values(all))
    .run();
  return all.id;
}

describe("who sees it", () => {
  it("an operator, without a script, and no cache", async () => {
    const response = await open(operator);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'.*form-action 'self'/,
    );
    const page = await response.text();
    expect(page).toContain(`<h1 class="title">${text.title}</h1>`);
    expect(page).not.toContain("<script");
  });

  it("a user without the role gets 404, a signed-out visitor a link to sign in", async () => {
    const user = await newUser();
    const response = await open(user);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain(text.users);
    const signedOut = await open(null);
    expect(signedOut.status).toBe(401);
    expect(await signedOut.text()).toContain(text.signInWhy);
    const settings = { OIDC_ISSUER: "https://issuer.example", OIDC_CLIENT_ID: "x" };
    expect(await (await open(null, { settings })).text()).toContain(
      `href="/api/auth/login?return_to=%2Fadmin">${text.signInDo}<`,
    );
  });

  it("its forms work for an operator only, and not from another site", async () => {
    const user = await newUser();
    const fields = { user: user.id, plan: "pro" };
    expect((await submit(user, "plan", fields)).status).toBe(404);
    expect((await submit(null, "plan", fields)).headers.get("location")).toBe("/admin");
    for (const headers of [{ origin: "https://elsewhere.example" }, { origin: "null" }]) {
      expect((await submit(operator, "plan", fields, { headers })).status).toBe(403);
    }
    expect((await submit(operator, "toString", fields)).status).toBe(404);
    expect((await submit(operator, "plan", { ...fields, more: "x".repeat(17_000) })).status).toBe(413);
    expect(await rowOf(user)).toMatchObject({ plan: "free" });
  });
});

describe("its forms", () => {
  it("change a plan, a suspension and the role", async () => {
    const user = await newUser();
    const search = { user: user.id, q: user.email.slice(0, 12) };
    const page = await submitted("plan", { ...search, plan: "pro" });
    expect(page).toContain(resultOf("plan"));
    expect(page).toContain(user.email);
    await submitted("suspend", search);
    await submitted("operator", { ...search, operator: "true" });
    expect(await rowOf(user)).toMatchObject({ plan: "pro", operator: 1, suspended_at: expect.any(Number) });
    await submitted("restore", search);
    expect(await rowOf(user)).toMatchObject({ suspended_at: null });
    const { results } = await env.DB.prepare(
      "select who, action from operator_actions where target = ? order by at",
    )
      .bind(user.id)
      .all();
    expect(results).toEqual(
      ["plan", "suspend", "operator", "restore"].map((action) => ({ who: operator.id, action })),
    );
  });

  it("delete an account only if its address was typed", async () => {
    const user = await newUser();
    const fields = { user: user.id, email: user.email };
    expect(await submitted("delete-user", { ...fields, confirm: "ann@example.com" })).toContain(
      resultOf("invalid_request"),
    );
    expect(await rowOf(user)).toMatchObject({ deleted_at: null });
    expect(await submitted("delete-user", { ...fields, confirm: ` ${user.email.toUpperCase()} ` })).toContain(
      resultOf("delete-user"),
    );
    expect((await user.call("/api/generations")).status).toBe(401);
  });

  it("invite a person by a link that is shown once, and revoke it", async () => {
    const email = `invited-${crypto.randomUUID()}@example.com`;
    const response = await submit(operator, "invite", { email, plan: "pro" });
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toMatch(/value="[^"]+\/invite#[\w-]{43}"/);
    expect(page).toContain(`<td>${email}</td><td>Pro</td><td>${text.state.open}</td>`);
    expect(await html()).not.toContain("/invite#");
    const id = /name="id" value="([^"]+)"/.exec(page)?.[1] ?? "";
    expect(await submitted("revoke-invitation", { id })).toContain(
      `<td>${email}</td><td>Pro</td><td>${text.state.revoked}</td>`,
    );
    expect(await submitted("invite", { email: "no address", plan: "pro" })).toContain(
      resultOf("invalid_request"),
    );
  });

  it("pause the studio and end the pause", async () => {
    expect(await submitted("pause", { paused: "true" })).toContain(text.resumeDo);
    expect(await submitted("pause", { paused: "false" })).toContain(text.pauseDo);
  });

  it("say what was not possible, and change nothing", async () => {
    expect(await submitted("plan", { user: "nobody@example.com", plan: "pro" })).toContain(
      resultOf("not_found"),
    );
    expect(await submitted("plan", { user: operator.id, plan: "gold" })).toContain(
      resultOf("invalid_request"),
    );
    expect(await html({ path: "/admin?result=constructor" })).toContain(text.failed);
  });
});

describe("it shows", () => {
  it("what is in flight, what is stuck, and failures by cause, without a prompt", async () => {
    const stuck = await seedGeneration({ status: "processing", created_at: 1_000, model: "slow-model" });
    const [hour, old] = [Date.now() - 3_600_000, Date.now() - 3 * DAY_MS];
    const error = JSON.stringify({ code: "timed_out", message: "x" });
    await seedGeneration({ status: "failed", error, completed_at: hour });
    await seedGeneration({ status: "failed", error, completed_at: old });
    await seedGeneration({ status: "failed", error: "no JSON", completed_at: old });
    const page = await html();
    expect(page).toMatch(/slow-model<\/td><td>1<\/td><td><time datetime="1970-01-01/);
    expect(page).toContain(`name="generation" value="${stuck}"`);
    expect(page).toContain("<td>timed_out</td><td>1</td><td>2</td>");
    expect(page).toContain("<td>unknown</td><td>0</td><td>1</td>");
    expect(page).not.toContain("a secret prompt");
    expect(await submitted("recheck", { generation: stuck })).toContain(resultOf("recheck"));
  });

  it("webhooks by verdict, and those that were refused", async () => {
    const hour = Date.now() - (Date.now() % 3_600_000);
    await env.DB.batch([
      env.DB.prepare("insert into operator_counts values (?, 'webhook.bad_signature', 7)").bind(hour),
      env.DB.prepare("insert into refused_webhooks values ('w', ?, 'unknown', 'p-1')").bind(hour),
    ]);
    const page = await html();
    expect(page).toContain(`<td>${text.verdicts["bad_signature"]}</td><td>7</td>`);
    expect(page).toContain(`<td>${text.verdicts["unknown"]}</td><td>p-1</td>`);
  });

  it("images per day with the studio's limit", async () => {
    await env.DB.prepare("insert or replace into days values (?, 40)").bind(dayOf(Date.now())).run();
    const page = await html({ settings: { MAX_GENERATIONS_PER_DAY: "50" } });
    expect(page).toContain('<path class="cap"');
    expect(page).toContain(text.cap(50));
    expect(page).toContain(`<td>${dayOf(Date.now())}</td><td>40</td>`);
    expect(await html({ settings: { MAX_GENERATIONS_PER_DAY: "500" } })).not.toContain('<path class="cap"');
  });

  it("users page by page", async () => {
    const mark = `page-${crypto.randomUUID()}`;
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 21)
       insert into users (id, email, created_at) select ? || i, ? || printf('%02d', i) || '@example.com', 1 from n`,
    )
      .bind(mark, mark)
      .run();
    const page = await html({ path: `/admin?q=${mark}` });
    expect(page).toContain(`${mark}20@`);
    expect(page).not.toContain(`${mark}21@`);
    const more = /href="(\/admin\?q=[^"]+)"/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect(await html({ path: more })).toContain(`${mark}21@`);
  });
});

describe("its alarms", () => {
  it("Skytells refuses the account", async () => {
    const hour = Date.now() - (Date.now() % 3_600_000);
    await env.DB.prepare("insert into operator_counts values (?, 'account_rejected', 2)").bind(hour).run();
    expect(await html()).toContain(text.accountRejected(2));
    await env.DB.prepare("delete from operator_counts where name = 'account_rejected'").run();
  });

  it("webhooks never arrive: images end by checks only, until one arrives", async () => {
    await env.DB.prepare("delete from operator_counts").run();
    expect(await html()).not.toContain(escaped(text.noWebhooks));
    const at = Date.now();
    for (let i = 0; i < 3; i += 1) {
      const id = await seedGeneration({ status: "succeeded", created_at: at - 600_000, completed_at: at });
      await env.DB.prepare("insert into counted_generations values (?, ?)").bind(dayOf(at), id).run();
    }
    expect(await html()).toContain(escaped(text.noWebhooks));
    await env.DB.prepare("insert into operator_counts values (?, 'webhook.accepted', 1)").bind(at).run();
    expect(await html()).not.toContain(escaped(text.noWebhooks));
  });

  it("D1 does not accept writes, or answers nothing but the user's row: the page still shows", async () => {
    const broken = (fails: RegExp) => ({
      DB: {
        prepare: (sql: string) => {
          if (fails.test(sql)) throw new Error("D1_ERROR: Network connection lost.");
          return env.DB.prepare(sql);
        },
        batch: (statements: D1PreparedStatement[]) => env.DB.batch(statements),
      },
    });
    const readOnly = await html({ settings: broken(/^(?:insert|update|delete)/) });
    expect(readOnly).toContain(escaped(text.notWritable));
    expect(readOnly).not.toContain(escaped(text.unread));
    const down = await html({ settings: broken(/^(?!select .* from "users" where "users"."id" = \?$)/) });
    // Each part that is read, and the alarm.
    expect(down.split(escaped(text.unread))).toHaveLength(1 + 9);
    expect(down).toContain(escaped(text.notWritable));
  });
});

it("reads a limited number of rows, however many generations there are", async () => {
  await env.DB.prepare(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
     insert into generations (id, user_id, prompt, status, created_at, completed_at)
     select 'many-' || i, 'x', '', 'succeeded', i, i from n`,
  ).run();
  const reads: number[] = [];
  const counted = {
    prepare: (sql: string) => counting(env.DB.prepare(sql)),
    batch: async (statements: D1PreparedStatement[]) => env.DB.batch(statements),
  };
  function counting(statement: D1PreparedStatement): D1PreparedStatement {
    return new Proxy(statement, {
      get(target, key) {
        if (key === "bind") return (...values: unknown[]) => counting(target.bind(...values));
        if (key !== "raw" && key !== "all") return Reflect.get(target, key).bind(target);
        return async (...args: []) => {
          reads.push((await target.all()).meta.rows_read);
          return target[key](...args);
        };
      },
    });
  }
  await html({ settings: { DB: counted } });
  expect(reads.length).toBeGreaterThan(8);
  expect(reads.reduce((sum, one) => sum + one, 0)).toBeLessThan(1_000);
});
