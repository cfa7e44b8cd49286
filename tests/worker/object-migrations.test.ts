/** The object's schema: from an older version, from a newer one, and none in an object that must stay empty. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hasTable } from "../../worker/studio/schema.ts";
import {
  deliver,
  eventually,
  generate,
  isIdle,
  killStudio,
  limitsOf,
  newPrompt,
  newUser,
  objectsOf,
  reaches,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { inStudio } from "./support/in-studio.ts";
import { callsOf, createsOf, webhookOf } from "./support/simulator.ts";

/** Rebuilds the database as the version before numbered migrations left it, and restarts the object. */
async function downgrade(user: Visitor, change = ""): Promise<void> {
  await inStudio(user, (sql) => {
    sql.exec("alter table jobs rename to newer");
    for (const index of ["jobs_by_next_at", "jobs_by_slot", "jobs_by_created_at"])
      sql.exec(`drop index ${index}`);
    sql.exec(`create table jobs (
      id text primary key, user_id text not null, prediction_id text unique, idempotency_key text unique,
      upstream text not null, holds_slot integer not null, debts text not null, created_at integer not null,
      next_at integer not null, document text not null);
      create index jobs_by_next_at on jobs (next_at);
      create index jobs_by_slot on jobs (created_at) where holds_slot = 1;`);
    sql.exec(`insert into jobs select id, user_id, prediction_id, idempotency_key, upstream, holds_slot, tasks,
                created_at, next_at, document from newer`);
    for (const table of ["newer", "schema_version", "revocations", "closing"])
      sql.exec(`drop table ${table}`);
    if (change) sql.exec(change);
  });
  await killStudio(user);
}

const versionOf = (user: Visitor) =>
  inStudio(user, (sql) => sql.exec<{ version: number }>("select version from schema_version").one().version);

describe.concurrent("an object of the version before numbered migrations", () => {
  it("finishes a running generation, and recognizes its key", async () => {
    const user = await newUser();
    const key = { "idempotency-key": crypto.randomUUID() };
    const prompt = newPrompt("delay=0.3");
    const created = await user.post("/api/generate", { prompt }, key);
    const { generation } = await created.json<{ generation: { id: string } }>();
    await downgrade(user);
    await deliver(await webhookOf(generation.id, "succeeded"));
    await reaches(user, generation.id, "succeeded");
    await isIdle(user);
    expect(await versionOf(user)).toBe(4);
    const again = await user.post("/api/generate", { prompt }, key);
    expect((await again.json<{ generation: { id: string } }>()).generation.id).toBe(generation.id);
    expect(await createsOf(prompt)).toHaveLength(1);
  });

  it("runs the pending tasks of its rows", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    await isIdle(user);
    await downgrade(
      user,
      `update jobs set debts = '["record","remove","forget"]', next_at = 0,
         document = json_set(document, '$.deleted', json('true'))`,
    );
    await limitsOf(user);
    await eventually(async () => expect(await rowsOf(user)).toEqual([]));
    await eventually(async () => expect(await objectsOf(user)).toEqual([]));
    await eventually(async () => expect(await callsOf(id)).toMatchObject({ deletes: 1 }));
  });

  it("holds its slot", async () => {
    const user = await newUser();
    await generate(user, newPrompt("stuck"));
    await downgrade(user);
    expect(await limitsOf(user)).toMatchObject({ inFlight: 1 });
    expect((await user.post("/api/generate", { prompt: newPrompt() })).status).toBe(429);
  });

  it("reads and writes the rows after a rollback, and so does this version after it", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"));
    const taskColumns = () =>
      inStudio(user, (sql) => sql.exec("select id, debts, tasks from jobs order by created_at").toArray());
    const [row] = await taskColumns();
    expect(row?.debts).toBe(row?.tasks);
    // What that version writes: an update of the job, and another job.
    await inStudio(user, (sql) => {
      sql.exec("update jobs set debts = ?, holds_slot = 0 where prediction_id = ?", '["remove"]', id);
      sql.exec(
        `insert into jobs
           (id, user_id, prediction_id, idempotency_key, upstream, holds_slot, debts, created_at, next_at, document)
         select 'newer', user_id, 'newer', null, upstream, 0, '["cancel"]', created_at + 1, next_at, document from jobs`,
      );
    });
    expect(await taskColumns()).toMatchObject([
      { debts: '["remove"]', tasks: '["remove"]' },
      { id: "newer", debts: '["cancel"]', tasks: '["cancel"]' },
    ]);
  });
});

describe.concurrent("an object's schema", () => {
  it("of a newer version is used without changes", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.3"));
    await inStudio(user, (sql) => {
      sql.exec("alter table jobs add column priority integer not null default 0");
      sql.exec("update schema_version set version = 99");
    });
    await killStudio(user);
    await deliver(await webhookOf(id, "succeeded"));
    await reaches(user, id, "succeeded");
    await isIdle(user);
    await generate(user, newPrompt("delay=0.1"));
    expect(await versionOf(user)).toBe(99);
  });

  it("is not created before the first admission", async () => {
    const user = await newUser();
    await limitsOf(user);
    await user.post("/api/auth/logout-everywhere");
    await killStudio(user);
    await runInDurableObject(env.STUDIO.getByName(user.id), (studio) =>
      studio.deliver({ jobId: null, prediction: PREDICTION }),
    );
    expect(
      await inStudio(user, (sql) => ["jobs", "schema_version"].map((name) => hasTable(sql, name))),
    ).toEqual([false, false]);
  });
});

const PREDICTION = {
  id: "unknown-prediction",
  status: "succeeded" as const,
  outputs: [],
  error: null,
  progress: null,
  input: null,
  model: null,
  webhookUrl: null,
  createdAt: null,
  completedAt: null,
};
