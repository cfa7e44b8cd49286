import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { commonDatabase } from "../../worker/db/client.ts";
import { generationById, insertGeneration, updateGeneration } from "../../worker/db/generations.ts";
import { run } from "../../worker/db/user-read.ts";
import {
  deliver,
  eventually,
  expectProblem,
  generate,
  isIdle,
  killStudio,
  limitsOf,
  newPrompt,
  newUser,
  objectsOf,
  openStudio,
  reaches,
  read,
  rowsOf,
  sign,
  type Visitor,
} from "./support/app.ts";
import { inStudio } from "./support/in-studio.ts";
import { eventuallyByAlarm } from "./support/clock.ts";
import { breakD1 } from "./support/faults.ts";
import { callsOf, createsOf, SIMULATOR_KEY, webhookOf } from "./support/simulator.ts";

/** Waits until no job has a pending task. */
const isRecorded = (user: Visitor) =>
  eventually(async () =>
    expect(
      await inStudio(user, (sql) => sql.exec("select tasks from jobs where tasks <> '[]'").toArray()),
    ).toEqual([]),
  );

describe("D1 that is slow", () => {
  it.each([
    ["insert", insertGeneration],
    ["update", updateGeneration],
  ])("an %s that arrives late neither reopens the generation nor replaces its end", async (_, write) => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    const [before] = await eventually(async () => {
      const rows = await rowsOf(user);
      expect(rows).toMatchObject([{ status: "succeeded" }]);
      return rows;
    });
    const db = commonDatabase(env);
    const record = await run(db, generationById(db, user.id, id));
    if (!record) throw new Error("no row");
    const earlier = Date.now() - 60_000;
    await write(db, user.id, { ...record, status: "processing", outputs: [], completedAt: null });
    await write(db, user.id, { ...record, status: "failed", outputs: [] }, earlier);
    expect(await rowsOf(user)).toEqual([before]);
    await write(db, user.id, { ...record, status: "canceled", outputs: [] });
    expect(await rowsOf(user)).toMatchObject([{ status: "canceled" }]);
  });
});

describe("D1 that fails", () => {
  it("before admission: 503, nothing reaches Skytells, nothing is held", async () => {
    const user = await newUser();
    const prompt = newPrompt();
    const restore = breakD1();
    await expectProblem(await user.post("/api/generate", { prompt }), "storage_unavailable");
    await expectProblem(await user.call("/api/generations"), "storage_unavailable");
    await expectProblem(await user.call("/api/predictions/x"), "storage_unavailable");
    await expectProblem(await user.call("/images/x/0"), "storage_unavailable");
    restore();
    expect(await createsOf(prompt)).toEqual([]);
    expect(await limitsOf(user)).toMatchObject({ inFlight: 0 });
  });

  it("after admission: 202, readable, and written when D1 is back", async () => {
    const user = await newUser();
    const restore = breakD1((sql) => /^insert/i.test(sql));
    const { id } = await generate(user, newPrompt("delay=0.2"));
    expect((await read(user, id)).id).toBe(id);
    expect(await rowsOf(user)).toEqual([]);
    await deliver(await webhookOf(id, "succeeded"));
    await reaches(user, id, "succeeded");
    restore();
    await eventuallyByAlarm(user, async () =>
      expect(await rowsOf(user)).toMatchObject([{ id, status: "succeeded" }]),
    );
  });

  it("at the end: stores the image, frees the slot, pushes, and writes the row later", async () => {
    const user = await newUser();
    const studio = await openStudio(user);
    const { id } = await generate(user, newPrompt("delay=0.2"));
    const webhook = await webhookOf(id, "succeeded");
    const restore = breakD1();
    expect((await deliver(webhook)).status).toBe(200);
    await eventually(async () =>
      expect(studio.events).toContainEqual(
        expect.objectContaining({
          type: "generation",
          generation: expect.objectContaining({ id, status: "succeeded" }),
        }),
      ),
    );
    expect((await read(user, id)).status).toBe("succeeded");
    restore();
    await isIdle(user);
    expect(await objectsOf(user)).toContain(`outputs/${user.id}/${id}/0.png`);
    await eventually(async () => expect(await rowsOf(user)).toMatchObject([{ status: "succeeded" }]));
  });

  it("at a delete: 503, hidden at once, and gone when D1 is back", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    const restore = breakD1();
    await expectProblem(
      await user.call(`/api/generations/${id}`, { method: "DELETE" }),
      "storage_unavailable",
    );
    await expectProblem(await user.call(`/api/predictions/${id}`), "not_found");
    restore();
    await eventuallyByAlarm(user, async () => expect(await rowsOf(user)).toEqual([]));
    await eventually(async () => expect(await objectsOf(user)).toEqual([]));
  });

  it("at a cancel: the canceled state stays", async () => {
    const user = await newUser();
    const key = { "idempotency-key": crypto.randomUUID() };
    const prompt = newPrompt("stuck");
    const response = await user.post("/api/generate", { prompt }, key);
    const { generation } = await response.json<{ generation: { id: string } }>();
    const restore = breakD1((sql) => /^update/i.test(sql));
    expect((await user.post(`/api/predictions/${generation.id}/cancel`)).status).toBe(200);
    expect((await rowsOf(user))[0]).toMatchObject({ status: "queued" });
    expect((await read(user, generation.id)).status).toBe("canceled");
    const replay = await user.post("/api/generate", { prompt }, key);
    expect(await replay.json()).toMatchObject({ generation: { id: generation.id, status: "canceled" } });
    restore();
    await eventuallyByAlarm(user, async () =>
      expect((await rowsOf(user))[0]).toMatchObject({ status: "canceled" }),
    );
  });

  it("counts a generation once, also without the row that the same batch writes", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    const countOf = () => env.DB.prepare("select sum(created) as n from days").first<number>("n");
    const before = await countOf();
    const db = commonDatabase(env);
    const record = await run(db, generationById(db, user.id, id));
    if (!record) throw new Error("no row");
    // As when count and row are in different databases, and only one of them has taken the write.
    await env.DB.prepare("delete from generations where id = ?").bind(id).run();
    await insertGeneration(db, user.id, record);
    expect(await countOf()).toBe(before);
    await insertGeneration(db, user.id, { ...record, id: `${id}-other` });
    expect(await countOf()).toBe((before ?? 0) + 1);
  });

  it("forgets which generations were counted days ago", async () => {
    const user = await newUser();
    const old = { day: "2001-01-01", id: `old-${user.id}` };
    await env.DB.prepare("insert into counted_generations values (?, ?)").bind(old.day, old.id).run();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    const counted = await env.DB.prepare(
      "select generation_id as id from counted_generations where generation_id in (?, ?)",
    )
      .bind(old.id, id)
      .all();
    expect(counted.results).toEqual([{ id }]);
  });

  it("counts a day once, however often the insert is repeated", async () => {
    const user = await newUser();
    const countOf = () =>
      env.DB.prepare("select coalesce(sum(created), 0) as n from days").first<number>("n") as Promise<number>;
    const before = await countOf();
    // D1 applies the batch, and its response is lost.
    const prototype = env.DB.constructor.prototype as D1Database;
    const batch = prototype.batch;
    let losses = 2;
    const spy = vi.spyOn(prototype, "batch").mockImplementation(async function (
      this: D1Database,
      statements,
    ) {
      const response = await batch.call(this, statements);
      losses -= 1;
      if (losses >= 0) throw new Error("D1_ERROR: connection lost");
      return response;
    } as typeof batch);
    onTestFinished(() => spy.mockRestore());
    const { id } = await generate(user, newPrompt("delay=0.2"));
    await reaches(user, id, "succeeded");
    await eventually(async () => expect(losses).toBeLessThan(0));
    expect(await countOf()).toBe(before + 1);
    expect(await rowsOf(user)).toHaveLength(1);
  });
});

describe("the object", () => {
  it("killed during a create: creates nothing twice, and the generation succeeds", async () => {
    const user = await newUser();
    const prompt = newPrompt("answer-slow=2", "delay=0.2");
    const response = user.post("/api/generate", { prompt }).catch(() => null);
    await eventually(async () => expect(await createsOf(prompt)).toHaveLength(1));
    await killStudio(user);
    await response;
    const [create] = await createsOf(prompt);
    expect((await deliver(await webhookOf(String(create?.id), "succeeded"))).status).toBe(200);
    await reaches(user, String(create?.id), "succeeded");
    expect(await createsOf(prompt)).toHaveLength(1);
    await isIdle(user);
  });

  it("sets its alarm at every call", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.2"));
    await inStudio(user, (_, state) => state.storage.deleteAlarm());
    await killStudio(user);
    await limitsOf(user);
    expect(await inStudio(user, (_, state) => state.storage.getAlarm())).not.toBeNull();
    await reaches(user, id, "succeeded");
  });

  it("settles other jobs while one is slow", async () => {
    const user = await newUser("pro");
    // Its output never ends; the other one's webhook never comes.
    const slow = await generate(user, newPrompt("delay=0.1", "output-endless"));
    await deliver(await webhookOf(slow.id, "succeeded"));
    const other = await generate(user, newPrompt("delay=0.1"));
    await webhookOf(other.id, "succeeded");
    await reaches(user, other.id, "succeeded");
    expect((await read(user, slow.id)).status).toBe("processing");
  });

  it("settles a due job while its user makes many requests", async () => {
    const user = await newUser("pro");
    const waiting = await generate(user, newPrompt("delay=0.1"));
    await webhookOf(waiting.id, "succeeded");
    const busy = await generate(user, newPrompt("stuck"));
    await inStudio(user, (sql) =>
      sql.exec("update jobs set next_at = 0 where prediction_id = ?", waiting.id),
    );
    const webhook = await webhookOf(busy.id, "started");
    const isDone = async () => (await read(user, waiting.id)).status === "succeeded";
    // News of the other job, several times a second, each of which sets the alarm.
    for (let progress = 1; progress < 100 && !(await isDone()); progress += 1) {
      const body = JSON.stringify({ id: busy.id, status: "processing", metrics: { progress } });
      await deliver({ ...webhook, body, signature: await sign(SIMULATOR_KEY, body) });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await isDone()).toBe(true);
  });

  it("ends an unreadable row, and continues with other jobs", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"));
    for (const document of ["{}", "nonsense", '{"status":"dreaming"}']) {
      await inStudio(user, (sql) =>
        sql.exec("update jobs set document = ?, next_at = 0, holds_slot = 1", document),
      );
      expect(await limitsOf(user)).toMatchObject({ inFlight: 1 });
      await runDurableObjectAlarm(env.STUDIO.getByName(user.id));
      await isIdle(user);
      expect((await read(user, id)).status).toBe("failed");
    }
    await generate(user, newPrompt());
  });

  it("stops the prediction of an unreadable row and frees slot and key while D1 is down, then shows its end", async () => {
    const user = await newUser();
    const key = { "idempotency-key": crypto.randomUUID() };
    const body = { prompt: newPrompt("stuck") };
    const response = await user.post("/api/generate", body, key);
    const { id } = (await response.json<{ generation: { id: string } }>()).generation;
    await eventually(async () => expect(await rowsOf(user)).toHaveLength(1));
    await isRecorded(user);
    await inStudio(user, (sql) => sql.exec("update jobs set document = 'null', next_at = 0"));
    const restore = breakD1((sql) => /^update "generations"/i.test(sql));
    await runDurableObjectAlarm(env.STUDIO.getByName(user.id));
    await isIdle(user);
    expect(await callsOf(id)).toMatchObject({ cancels: 1 });
    expect(await rowsOf(user)).toMatchObject([{ id, status: "queued" }]);
    expect((await user.post("/api/generate", body, key)).status).toBe(202);
    restore();
    await eventuallyByAlarm(user, async () => expect((await read(user, id)).status).toBe("failed"));
    expect(await callsOf(id)).toMatchObject({ cancels: 1 });
  });

  it("does not count a slot that is older than any job can be", async () => {
    const user = await newUser();
    await generate(user, newPrompt("stuck"));
    await inStudio(user, (sql) =>
      sql.exec("update jobs set created_at = created_at - 311000, next_at = 9e15"),
    );
    expect(await limitsOf(user)).toMatchObject({ inFlight: 0 });
    await generate(user, newPrompt());
  });

  it("deletes a finished job after a day, and not before", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    const jobs = () => inStudio(user, (sql) => sql.exec("select next_at from jobs").toArray());
    await eventually(async () => {
      const [job] = await jobs();
      const hours = (Number(job?.next_at) - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(23.9);
      expect(hours).toBeLessThan(24.1);
    });
    await inStudio(user, (sql) =>
      sql.exec("update jobs set next_at = 0, document = json_set(document, '$.endedAt', 1)"),
    );
    await runDurableObjectAlarm(env.STUDIO.getByName(user.id));
    await eventually(async () => expect(await jobs()).toEqual([]));
    expect((await read(user, id)).status).toBe("succeeded");
  });

  it("makes no request to Skytells after all tasks are done", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.1"));
    await deliver(await webhookOf(id, "succeeded"));
    await reaches(user, id, "succeeded");
    await runDurableObjectAlarm(env.STUDIO.getByName(user.id));
    expect(await callsOf(id)).toEqual({ gets: 0, cancels: 0, deletes: 0 });
  });
});
