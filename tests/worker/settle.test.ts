import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  deliver,
  expectProblem,
  killStudio,
  generate,
  isIdle,
  limitsOf,
  list,
  newPrompt,
  newUser,
  objectsOf,
  openStudio,
  reaches,
  read,
  rowsOf,
  sign,
  eventually,
} from "./support/app.ts";
import { isIdleByAlarm, reachesByAlarm } from "./support/clock.ts";
import { createsOf, ended, finish, callsOf, SIMULATOR_KEY, webhookOf } from "./support/simulator.ts";

describe.concurrent("how Skytells ends a job", () => {
  it.each([
    ["failed", "upstream_failed"],
    ["nsfw", "content_policy"],
    ["failed,get-502-failed", "upstream_failed"],
    ["failed,error-object", "upstream_failed"],
  ])("%s, seen by the alarm", async (mood, code) => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt(mood));
    await ended(id);
    const failed = await reachesByAlarm(user, id, "failed");
    expect(failed).toMatchObject({ error: { code }, outputUrl: null, progress: null });
    expect(failed.completedAt).not.toBeNull();
    await isIdle(user);
  });

  it.each(["completed", "succeeded"])("spelled %s", async (status) => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt(`status=${status}`));
    await deliver(await webhookOf(id, "succeeded"));
    await reaches(user, id, "succeeded");
  });

  it.each(["cancelled", "canceled", "aborted"])("spelled %s", async (status) => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt(`status=${status}`));
    await ended(id);
    await reachesByAlarm(user, id, "canceled");
    await isIdle(user);
  });

  it("never, and the deadline ends it: it is canceled at Skytells and the slot is free", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"));
    const failed = await reachesByAlarm(user, id, "failed");
    expect(failed.error?.code).toBe("timed_out");
    await isIdleByAlarm(user);
    expect(await callsOf(id)).toMatchObject({ cancels: 1 });
  });
});

describe.concurrent("webhooks in any shape and order", () => {
  it.each([
    "webhook-bare",
    "output-string",
    "output-objects",
    "output-storage-files",
    "model-vendor",
    "times=offset",
    "status=completed,webhook-bare",
  ])("%s", async (mood) => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt(mood, "stuck"));
    await finish(id);
    await ended(id);
    await deliver(await webhookOf(id, "succeeded"));
    await reaches(user, id, "succeeded");
  });

  it("terminal first, then started: it stays succeeded", async () => {
    const user = await newUser();
    const { id } = await generate(user);
    await deliver(await webhookOf(id, "succeeded"));
    await deliver(await webhookOf(id, "started"));
    await reaches(user, id, "succeeded");
    expect((await read(user, id)).status).toBe("succeeded");
  });

  it("before the create's response: one row, one image", async () => {
    const user = await newUser();
    const prompt = newPrompt("answer-slow=1", "delay=0.1");
    const response = user.post("/api/generate", { prompt });
    await eventually(async () => expect(await createsOf(prompt)).toHaveLength(1));
    const [create] = await createsOf(prompt);
    const early = await webhookOf(String(create?.id), "succeeded");
    expect((await deliver(early)).status).toBe(200);
    expect((await deliver(early)).status).toBe(200);
    expect((await response).status).toBe(202);
    await reaches(user, String(create?.id), "succeeded");
    expect(await rowsOf(user)).toHaveLength(1);
    expect((await objectsOf(user)).filter((key) => key.startsWith("outputs/"))).toHaveLength(1);
    expect(await createsOf(prompt)).toHaveLength(1);
  });

  it("after the object slept: nothing is lost", async () => {
    const user = await newUser();
    const { id } = await generate(user);
    const webhook = await webhookOf(id, "succeeded");
    await killStudio(user);
    await deliver(webhook);
    await reaches(user, id, "succeeded");
  });

  it("without its correlation: found by the prediction's id", async () => {
    const user = await newUser();
    for (const query of ["", "?user=x&job=y", `?user=${crypto.randomUUID()}&job=${crypto.randomUUID()}`]) {
      const { id } = await generate(user, newPrompt("delay=0.2"));
      const webhook = await webhookOf(id, "succeeded");
      expect((await deliver({ ...webhook, url: `/api/webhooks${query}` })).status).toBe(200);
      await reaches(user, id, "succeeded");
      await isIdle(user);
    }
  });
});

describe.concurrent("a webhook cannot lie", () => {
  it("about another job: nothing changes", async () => {
    const [victim, other] = [await newUser(), await newUser()];
    const mine = await generate(victim, newPrompt("stuck"));
    const theirs = await generate(other, newPrompt("failed"));
    const [create] = await createsOf(mine.prompt);
    const failure = await webhookOf(theirs.id, "failed");
    expect((await deliver({ ...failure, url: String(create?.webhookUrl) })).status).toBe(200);
    expect((await read(victim, mine.id)).status).toMatch(/queued|processing/);
  });

  it("after a delete: the job stays deleted, and Skytells and R2 have nothing", async () => {
    const user = await newUser();
    const { id } = await generate(user);
    const webhook = await webhookOf(id, "succeeded");
    expect((await user.call(`/api/generations/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await deliver(webhook)).status).toBe(200);
    await expectProblem(await user.call(`/api/predictions/${id}`), "not_found");
    expect(await rowsOf(user)).toEqual([]);
    expect(await objectsOf(user)).toEqual([]);
    await eventually(async () => expect((await callsOf(id)).deletes).toBe(1));
  });

  it("to a studio that nothing was admitted to: the object stays empty", async () => {
    const user = await newUser();
    const body = JSON.stringify({ id: crypto.randomUUID(), status: "succeeded" });
    const url = `/api/webhooks?user=${user.id}&job=${crypto.randomUUID()}`;
    const response = await deliver({
      id: "",
      event: "",
      url,
      body,
      signature: await sign(SIMULATOR_KEY, body),
    });
    expect(response.status).toBe(200);
    expect(await limitsOf(user)).toMatchObject({ concurrent: 1, inFlight: 0, unconfirmed: 0 });
    const tables = await runInDurableObject(env.STUDIO.getByName(user.id), (_, state) =>
      state.storage.sql.exec("select name from sqlite_master where name = 'jobs'").toArray(),
    );
    expect(tables).toEqual([]);
  });
});

describe.concurrent("cancel", () => {
  const cancel = (user: Awaited<ReturnType<typeof newUser>>, id: string) =>
    user.post(`/api/predictions/${id}/cancel`);

  it("is shown at once, sent to Skytells, and frees the slot", async () => {
    const user = await newUser();
    const studio = await openStudio(user);
    const { id } = await generate(user, newPrompt("stuck"));
    const response = await cancel(user, id);
    expect(await response.json()).toMatchObject({ generation: { id, status: "canceled" } });
    expect(await limitsOf(user)).toMatchObject({ inFlight: 0 });
    expect(await callsOf(id)).toMatchObject({ cancels: 1 });
    expect((await cancel(user, id)).status).toBe(200);
    expect((await read(user, id)).status).toBe("canceled");
    await eventually(async () =>
      expect(
        studio.events.some((event) => event.type === "generation" && event.generation.status === "canceled"),
      ).toBe(true),
    );
    await generate(user, newPrompt());
  });

  it("keeps telling until Skytells acknowledges; until then the slot is held", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck", "cancel-500=2"));
    expect((await cancel(user, id)).status).toBe(200);
    expect(await limitsOf(user)).toMatchObject({ inFlight: 1 });
    await expectProblem(await user.post("/api/generate", { prompt: newPrompt() }), "limit_reached");
    await isIdleByAlarm(user);
    expect(await callsOf(id)).toMatchObject({ cancels: 3 });
  });

  it("beats the success that comes later", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("cancel-500=9"));
    const webhook = await webhookOf(id, "succeeded");
    await cancel(user, id);
    await deliver(webhook);
    await isIdleByAlarm(user);
    expect((await read(user, id)).status).toBe("canceled");
    expect(await objectsOf(user)).toEqual([]);
  });

  it("of what is finished is 409", async () => {
    const user = await newUser();
    const { id } = await generate(user);
    await reaches(user, id, "succeeded");
    await expectProblem(await cancel(user, id), "already_finished");
  });
});

describe.concurrent("delete", () => {
  it("removes the row, image, thumbnail and share link, once", async () => {
    const user = await newUser();
    const studio = await openStudio(user);
    const { id } = await generate(user);
    await reaches(user, id, "succeeded");
    await eventually(async () => expect(await objectsOf(user)).toHaveLength(2));
    const { url } = await (await user.post(`/api/generations/${id}/share`)).json<{ url: string }>();
    expect((await user.call(`/api/generations/${id}`, { method: "DELETE" })).status).toBe(204);
    expect(await rowsOf(user)).toEqual([]);
    expect(await objectsOf(user)).toEqual([]);
    expect((await list(user)).items).toEqual([]);
    expect((await user.call(new URL(url).pathname)).status).toBe(404);
    await expectProblem(await user.call(`/images/${id}/0`), "not_found");
    await expectProblem(await user.call(`/api/generations/${id}`, { method: "DELETE" }), "not_found");
    await eventually(async () => expect(studio.events).toContainEqual({ type: "deleted", id }));
  });

  it("in flight cancels first", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"));
    expect((await user.call(`/api/generations/${id}`, { method: "DELETE" })).status).toBe(204);
    await isIdle(user);
    expect(await callsOf(id)).toMatchObject({ cancels: 1 });
    expect(await rowsOf(user)).toEqual([]);
  });

  it("of an old picture, whose job was swept", async () => {
    const user = await newUser();
    const id = crypto.randomUUID();
    await env.DB.prepare(
      "insert into generations (id, user_id, prompt, status, outputs, created_at) values (?, ?, 'p', 'succeeded', ?, 1)",
    )
      .bind(id, user.id, JSON.stringify([{ n: 0, ext: "png", width: 8, height: 8 }]))
      .run();
    await env.OUTPUTS.put(`outputs/${user.id}/${id}/0.png`, "x");
    await env.OUTPUTS.put(`thumbs/${user.id}/${id}/0.webp`, "x");
    expect((await user.call(`/api/generations/${id}`, { method: "DELETE" })).status).toBe(204);
    expect(await objectsOf(user)).toEqual([]);
    expect(await rowsOf(user)).toEqual([]);
  });
});
