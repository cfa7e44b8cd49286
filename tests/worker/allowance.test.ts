import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  deliver,
  eventually,
  expectProblem,
  generate,
  limitsOf,
  newPrompt,
  newUser,
  openStudio,
  reaches,
  type Visitor,
} from "./support/app.ts";
import { reachesByAlarm } from "./support/clock.ts";
import { copyJob } from "./support/job-copies.ts";
import { set } from "./support/settings.ts";
import { createsOf, finish, webhookOf } from "./support/simulator.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

async function userWith(daily: number, plan: "free" | "pro" = "free", settings = {}): Promise<Visitor> {
  const user = await newUser(plan);
  await set(user, { PLAN_DAILY_GENERATIONS: `${plan}=${daily}`, ...settings });
  return user;
}

const usedBy = async (user: Visitor) => (await limitsOf(user))?.today.used;

const make = async (user: Visitor, ...moods: string[]) =>
  reaches(user, (await generate(user, newPrompt("terminal", ...moods))).id, "succeeded");

const post = (user: Visitor, prompt: string, key?: string) =>
  user.post("/api/generate", { prompt }, key === undefined ? {} : { "idempotency-key": key });

/** Changes when the generations were admitted. */
function move(user: Visitor, ms: number): Promise<void> {
  return runInDurableObject(env.STUDIO.getByName(user.id), (_, state) => {
    state.storage.sql.exec("update jobs set created_at = ?", ms);
  });
}

describe.concurrent("the daily allowance of a plan", () => {
  it("is used up by its last image: then 429 with the reset time, and no request to Skytells", async () => {
    const user = await userWith(2);
    await make(user);
    await make(user);
    const prompt = newPrompt();
    const response = await post(user, prompt);
    const retryAfter = Number(response.headers.get("retry-after"));
    const problem = await expectProblem(response, "quota_exceeded");
    const resetsAt = new Date(problem.resetsAt ?? "");
    expect(resetsAt.getTime() % DAY_MS, "midnight UTC").toBe(0);
    expect(Math.abs((resetsAt.getTime() - Date.now()) / 1000 - retryAfter)).toBeLessThan(5);
    expect(problem.limits).toMatchObject({
      inFlight: 0,
      today: { used: 2, limit: 2, resetsAt: problem.resetsAt },
    });
    expect(await createsOf(prompt)).toEqual([]);
  });

  it("is not exceeded by many requests at once", async () => {
    const user = await userWith(2, "pro");
    const prompt = newPrompt("delay=1.5");
    const responses = await Promise.all(Array.from({ length: 30 }, () => post(user, prompt)));
    expect(responses.filter(({ status }) => status === 202)).toHaveLength(2);
    for (const response of responses)
      if (response.status !== 202) await expectProblem(response, "quota_exceeded");
    expect(await createsOf(prompt)).toHaveLength(2);
  });

  it("has no limit when the setting is 0", async () => {
    const user = await userWith(0);
    await make(user);
    expect((await limitsOf(user))?.today).toMatchObject({ used: 1, limit: null });
  });

  it("counts a repeated request once, and responds to it when the allowance is used up", async () => {
    const user = await userWith(1);
    const [prompt, key] = [newPrompt("terminal"), crypto.randomUUID()];
    const responses = await Promise.all([post(user, prompt, key), post(user, prompt, key)]);
    expect(responses.map(({ status }) => status)).toEqual([202, 202]);
    expect((await post(user, prompt, key)).status).toBe(202);
    expect(await usedBy(user)).toBe(1);
    await expectProblem(await post(user, newPrompt()), "quota_exceeded");
  });

  it("begins at midnight UTC, to the millisecond", async () => {
    const user = await userWith(1);
    await make(user);
    const end = Date.parse((await limitsOf(user))?.today.resetsAt ?? "");
    await move(user, end - DAY_MS);
    await expectProblem(await post(user, newPrompt()), "quota_exceeded");
    await move(user, end - DAY_MS - 1);
    expect(await usedBy(user)).toBe(0);
    await make(user);
    expect(await usedBy(user)).toBe(1);
  });

  it("does not count generations that a fast clock dated tomorrow", async () => {
    const user = await userWith(1);
    await make(user);
    await move(user, Date.parse((await limitsOf(user))?.today.resetsAt ?? ""));
    expect(await usedBy(user)).toBe(0);
  });

  it("follows the plan: an upgrade applies at once, a downgrade ends no running generation", async () => {
    const user = await newUser();
    await set(user, { PLAN_DAILY_GENERATIONS: "free=1,pro=2" });
    const setPlan = (plan: string) =>
      env.DB.prepare("update users set plan = ? where id = ?").bind(plan, user.id).run();
    await make(user);
    await expectProblem(await post(user, newPrompt()), "quota_exceeded");
    await setPlan("pro");
    const { id } = await generate(user, newPrompt("delay=0.3"));
    await setPlan("free");
    expect((await limitsOf(user))?.today).toMatchObject({ used: 2, limit: 1 });
    await expectProblem(await post(user, newPrompt()), "quota_exceeded");
    await reaches(user, id, "succeeded");
  });

  it("is pushed to sockets when it changes", async () => {
    const user = await userWith(5);
    const { events } = await openStudio(user);
    await make(user);
    await eventually(async () =>
      expect(events.findLast((event) => event.type === "limits")).toMatchObject({
        limits: { inFlight: 0, today: { used: 1, limit: 5 } },
      }),
    );
    expect(events[0]).toMatchObject({ type: "snapshot", limits: { today: { used: 0, limit: 5 } } });
  });
});

describe.concurrent("the allowance is refunded", () => {
  it("for a create that Skytells rejected", async () => {
    const user = await userWith(1);
    for (const mood of ["refused", "create-422", "create-503"]) {
      expect((await post(user, newPrompt(mood))).status).not.toBe(429);
    }
    await make(user);
    expect(await usedBy(user)).toBe(1);
  });

  it("for a failed generation, once, and at most ten times a day", async () => {
    const user = await userWith(2, "pro");
    const first = await generate(user, newPrompt("terminal,failed"));
    await reaches(user, first.id, "failed");
    expect(await usedBy(user)).toBe(0);
    await copyJob(user, 9);
    expect(await usedBy(user)).toBe(0);
    const { id } = await generate(user, newPrompt("terminal,failed"));
    await reaches(user, id, "failed");
    expect(await usedBy(user)).toBe(1);
    expect((await user.call(`/api/generations/${id}`, { method: "DELETE" })).status).toBe(204);
    expect(await usedBy(user)).toBe(1);
  });

  it("not for a generation that was canceled or deleted, running or finished", async () => {
    const user = await userWith(3);
    const canceled = await generate(user, newPrompt("stuck"));
    expect((await user.post(`/api/predictions/${canceled.id}/cancel`)).status).toBe(200);
    await reaches(user, canceled.id, "canceled");
    const remove = (id: string) => user.call(`/api/generations/${id}`, { method: "DELETE" });
    expect((await remove((await generate(user, newPrompt("stuck"))).id)).status).toBe(204);
    expect((await remove((await make(user)).id)).status).toBe(204);
    expect(await usedBy(user)).toBe(3);
    await expectProblem(await post(user, newPrompt()), "quota_exceeded");
  });

  it("for an unconfirmed generation when it is given up, and not before", async () => {
    const user = await userWith(1);
    const { pending } = await expectProblem(await post(user, newPrompt("create-500")), "upstream_error");
    expect(await usedBy(user)).toBe(1);
    await reachesByAlarm(user, pending?.id ?? "", "failed");
    expect(await usedBy(user)).toBe(0);
  });

  it("and is counted again if the generation succeeds later", async () => {
    const user = await userWith(5, "free", { OUTPUT_WINDOW_SECONDS: "300" });
    const { id } = await generate(user, newPrompt("stuck", "cancel-ignored"));
    await reachesByAlarm(user, id, "failed");
    expect(await usedBy(user)).toBe(0);
    await finish(id);
    await deliver(await webhookOf(id, "succeeded"));
    await reaches(user, id, "succeeded");
    expect(await usedBy(user)).toBe(1);
  });
});
