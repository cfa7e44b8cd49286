/** The operator's pause, and the counts of incoming webhooks and refused creates. */
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { collecting } from "../../worker/db/operator/counts.ts";
import {
  call,
  deliver,
  eventually,
  expectProblem,
  generate,
  makeOperator,
  newPrompt,
  newUser,
  reaches,
  sign,
} from "./support/app.ts";
import { SIMULATOR_KEY, webhookOf } from "./support/simulator.ts";

// Long enough for the webhooks of one test.
collecting.ms = 1_000;

describe("incoming webhooks", () => {
  const send = async (body: string, signature?: string) =>
    call("/api/webhooks", {
      method: "POST",
      body,
      headers: { "x-skytells-signature": signature ?? (await sign(SIMULATOR_KEY, body)) },
    });
  async function written(): Promise<Record<string, number>> {
    const counts = await eventually(async () => {
      const { results } = await env.DB.prepare("select name, count from operator_counts").all<{
        name: string;
        count: number;
      }>();
      expect(results.map(({ name }) => name)).toContain("webhook.unknown");
      return results;
    });
    return Object.fromEntries(counts.map(({ name, count }) => [name, count]));
  }

  it("are counted by verdict in one write for all, and listed if they were refused", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.2"));
    const webhook = await webhookOf(id, "succeeded");
    await env.DB.prepare("insert into operator_counts values (3600000, 'webhook.accepted', 1)").run();
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 250)
       insert into refused_webhooks select 'old-' || i, i, 'unknown', null from n`,
    ).run();
    const batch = vi.spyOn(env.DB.constructor.prototype as D1Database, "batch");
    await deliver(webhook);
    await deliver(webhook);
    await send("{}", "0".repeat(64));
    await send("no JSON");
    await send("x".repeat(256 * 1024 + 1), "");
    const unknown = crypto.randomUUID();
    await send(JSON.stringify({ id: unknown, status: "succeeded" }));
    const isCounting = () =>
      batch.mock.calls.filter(([statements]) => JSON.stringify(statements).includes("operator_counts"))
        .length;
    expect(isCounting()).toBe(0);
    expect(await written()).toEqual({
      "webhook.accepted": 1,
      "webhook.duplicate": 1,
      "webhook.bad_signature": 1,
      "webhook.malformed": 1,
      "webhook.too_large": 1,
      "webhook.unknown": 1,
    });
    batch.mockRestore();
    const { results } = await env.DB.prepare(
      "select verdict, generation_id from refused_webhooks order by at desc",
    ).all();
    expect(results).toHaveLength(201);
    expect(results.slice(0, 4)).toEqual(
      expect.arrayContaining([
        { verdict: "bad_signature", generation_id: null },
        { verdict: "malformed", generation_id: null },
        { verdict: "too_large", generation_id: null },
        { verdict: "unknown", generation_id: unknown },
      ]),
    );
  });

  it("are answered when D1 does not accept their counts", async () => {
    const batch = vi.spyOn(env.DB.constructor.prototype as D1Database, "batch");
    batch.mockRejectedValue(new Error("D1_ERROR: no such table: operator_counts"));
    const log = vi.spyOn(console, "error");
    expect((await send("{}")).status).toBe(200);
    await eventually(async () => expect(log.mock.calls.join("\n")).toContain("counts_not_written"));
    batch.mockRestore();
    log.mockRestore();
  });
});

it("creates that Skytells refuses for the account are counted", async () => {
  const user = await newUser();
  await expectProblem(
    await user.post("/api/generate", { prompt: newPrompt("create-402") }),
    "upstream_unavailable",
  );
  await eventually(async () => {
    const { results } = await env.DB.prepare(
      "select count from operator_counts where name = 'account_rejected'",
    ).all();
    expect(results).toEqual([{ count: 1 }]);
  });
});

describe("the pause", () => {
  it("rejects new generations until it ends, and lets running ones end", async () => {
    const [operator, user] = [await newUser(), await newUser("pro")];
    await makeOperator(operator);
    const { id } = await generate(user, newPrompt("delay=0.3"));
    expect(await (await operator.post("/api/admin/pause", { paused: true })).json()).toEqual({
      paused: true,
    });
    const problem = await expectProblem(
      await user.post("/api/generate", { prompt: newPrompt() }),
      "budget_exhausted",
    );
    expect(problem.detail).toBe("This studio is paused.");
    expect(await (await operator.call("/api/admin/usage")).json()).toMatchObject({ paused: true });
    await deliver(await webhookOf(id, "succeeded"));
    await reaches(user, id, "succeeded");

    await operator.post("/api/admin/pause", { paused: false });
    await generate(user, newPrompt("terminal"));
    expect(await (await operator.call("/api/admin/usage")).json()).toMatchObject({ paused: false });
    const { items } = await (await operator.call("/api/admin/actions?limit=2")).json<{ items: unknown[] }>();
    expect(items).toMatchObject([
      { by: operator.id, action: "resume", target: null },
      { by: operator.id, action: "pause", target: null },
    ]);
  });
});
