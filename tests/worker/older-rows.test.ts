/** A job row of another version, or a broken one: read by its defaults, or ended as failed; never in another user's way. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  deliver,
  eventually,
  generate,
  isIdle,
  killStudio,
  limitsOf,
  list,
  newPrompt,
  newUser,
  objectsOf,
  reaches,
  read,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { inStudio } from "./support/in-studio.ts";
import { callsOf, createsOf, finish, webhookOf } from "./support/simulator.ts";

/** Changes the user's job rows directly, and restarts the object as a deploy does. */
async function rewrite(user: Visitor, set: string, ...values: unknown[]): Promise<void> {
  await inStudio(user, (sql) => sql.exec(`update jobs set ${set}`, ...(values as string[])));
  await killStudio(user);
}

describe.concurrent("a row of an older version", () => {
  const NEWER = [
    "deleted",
    "recorded",
    "progress",
    "error",
    "outputs",
    "answeredAt",
    "ambiguity",
    "parkedNews",
    "parkedAt",
    "drewSeed",
    "claiming",
    "source",
    "outputsLostAt",
    "completedAt",
    "endedAt",
    "attempts",
  ];

  it("without any newer field continues to its image", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.5"));
    await rewrite(user, `document = json_remove(document, ${NEWER.map((name) => `'$.${name}'`).join(", ")})`);
    await deliver(await webhookOf(id, "succeeded"));
    await reaches(user, id, "succeeded");
    await isIdle(user);
    expect(await objectsOf(user)).toContain(`outputs/${user.id}/${id}/0.png`);
    expect(await rowsOf(user)).toHaveLength(1);
  });

  it("of a newer version with unknown fields continues, too", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.5"));
    await rewrite(user, "document = json_set(document, '$.mood', 'sunny', '$.attempts', 3)");
    await reaches(user, id, "succeeded");
    await isIdle(user);
  });
});

describe.concurrent("a job row of a newer version", () => {
  const stored = async (user: Visitor) => {
    const [row] = await inStudio(user, (sql) =>
      sql.exec<Record<string, string>>("select upstream, tasks, holds_slot, document from jobs").toArray(),
    );
    return { ...row, document: JSON.parse(row?.document ?? "{}") as Record<string, unknown> };
  };

  it("with a model that was retired here keeps it, in the object, in D1 and on the wire", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.3"));
    await env.DB.prepare("update generations set model = 'truefusion-9' where id = ?").bind(id).run();
    await rewrite(user, "document = json_set(document, '$.model', 'truefusion-9')");
    await deliver(await webhookOf(id, "succeeded"));
    expect(await reaches(user, id, "succeeded")).toMatchObject({ model: "truefusion-9" });
    await isIdle(user);
    expect(await rowsOf(user)).toMatchObject([{ id, model: "truefusion-9" }]);
    expect((await list(user)).items).toMatchObject([{ id, model: "truefusion-9" }]);
    expect((await stored(user)).document).toMatchObject({ model: "truefusion-9" });
    expect(await callsOf(id)).toMatchObject({ cancels: 0 });
  });

  it("writes the row of a model that was retired before it was recorded", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.3"));
    await env.DB.prepare("delete from generations where id = ?").bind(id).run();
    await rewrite(
      user,
      `document = json_set(document, '$.model', 'truefusion-9', '$.recorded', json('false'),
                           '$.options', json('{"aspectRatio":"5:4","style":"noir"}'))`,
    );
    await deliver(await webhookOf(id, "succeeded"));
    expect(await reaches(user, id, "succeeded")).toMatchObject({ model: "truefusion-9", options: {} });
    await eventually(async () =>
      expect(await rowsOf(user)).toMatchObject([
        { model: "truefusion-9", options: '{"aspectRatio":"5:4","style":"noir"}', status: "succeeded" },
      ]),
    );
  });

  it("keeps tasks and fields that this version does not know, and ends all the same", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.3"));
    await rewrite(
      user,
      `tasks = '["upscale"]', document = json_set(document, '$.mood', json('{"is":"sunny"}'))`,
    );
    await deliver(await webhookOf(id, "succeeded"));
    await reaches(user, id, "succeeded");
    await eventually(async () =>
      expect(await stored(user)).toMatchObject({
        upstream: "ended",
        tasks: '["upscale"]',
        document: { mood: { is: "sunny" }, endedAt: expect.any(Number) },
      }),
    );
    expect(await limitsOf(user)).toMatchObject({ inFlight: 0 });
  });

  it.each([
    ["status", "document = json_set(document, '$.status', 'dreaming')"],
    ["state at Skytells", "upstream = 'somewhere'"],
  ])("with an unknown %s holds its slot until Skytells has finished", async (_, set) => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"));
    await rewrite(user, set);
    expect(await limitsOf(user)).toMatchObject({ inFlight: 1 });
    expect((await read(user, id)).status).toMatch(/queued|processing/);
    expect((await user.post("/api/generate", { prompt: newPrompt() })).status).toBe(429);
    await finish(id);
    await deliver(await webhookOf(id, "succeeded"));
    await reaches(user, id, "succeeded");
    await isIdle(user);
    expect(await callsOf(id)).toMatchObject({ cancels: 0 });
  });

  it("with an unknown status that ended keeps it, and no slot", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    await isIdle(user);
    await rewrite(user, "document = json_set(document, '$.status', 'archived')");
    await deliver(await webhookOf(id, "succeeded"));
    expect(await limitsOf(user)).toMatchObject({ inFlight: 0 });
    expect((await stored(user)).document).toMatchObject({ status: "archived" });
    expect((await user.post(`/api/predictions/${id}/cancel`)).status).toBe(409);
  });

  it("keeps an unknown error code and shows a known one", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal,failed"));
    await reaches(user, id, "failed");
    const error = '{"code":"sold_out","message":"Sold out."}';
    await env.DB.prepare("update generations set error = ? where id = ?").bind(error, id).run();
    await rewrite(user, "document = json_set(document, '$.error', json(?))", error);
    expect(await read(user, id)).toMatchObject({ error: { code: "upstream_failed", message: "Sold out." } });
    expect((await stored(user)).document).toMatchObject({ error: { code: "sold_out" } });
    expect(await rowsOf(user)).toMatchObject([{ error }]);
  });
});

describe.concurrent("a running generation without a job", () => {
  it.each(["canceled", "deleted"])("can be %s at Skytells, and counts until then", async (what) => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck", "cancel-500=2"));
    await inStudio(user, (sql) => sql.exec("delete from jobs"));
    await killStudio(user);
    const response = await (what === "canceled"
      ? user.post(`/api/predictions/${id}/cancel`)
      : user.call(`/api/generations/${id}`, { method: "DELETE" }));
    expect(response.status).toBe(what === "canceled" ? 200 : 204);
    expect(await limitsOf(user)).toMatchObject({ inFlight: 1 });
    await isIdle(user);
    expect(await callsOf(id)).toMatchObject({ cancels: 3 });
    expect(await rowsOf(user)).toMatchObject(what === "canceled" ? [{ id, status: "canceled" }] : []);
  });
});

describe.concurrent("a row that cannot be read", () => {
  it.each([
    ["a missing prompt", "document = json_remove(document, '$.prompt')", []],
    ["garbage", "document = ?", ["{]"]],
    ["bytes", "document = x'00ff'", []],
    ["tasks that are not JSON", "tasks = 'all of them'", []],
    ["a creation time that is text", "created_at = 'yesterday'", []],
    ["a due time in the far future", "document = '{}', next_at = 9e15", []],
    ["words for a slot", "holds_slot = 'yes', document = 'null'", []],
  ])("%s: is ended as failed, and its slot is free", async (_, set, values) => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"));
    await rewrite(user, set, ...values);
    // Entering is enough; the alarm does the rest.
    expect(await limitsOf(user)).toMatchObject({ concurrent: 1 });
    await inStudio(user, (sql) => sql.exec("update jobs set next_at = 0 where next_at < 8e15"));
    await killStudio(user);
    await limitsOf(user);
    expect(await reaches(user, id, "failed")).toMatchObject({ error: { code: "upstream_failed" } });
    await isIdle(user);
    expect(await callsOf(id)).toMatchObject({ cancels: 1 });
    // It sleeps until it is swept: nothing wakes for it again.
    const [row] = await inStudio(user, (sql) =>
      sql.exec("select next_at, tasks, holds_slot from jobs").toArray(),
    );
    expect(row).toMatchObject({ tasks: "[]", holds_slot: 0 });
    expect(Number(row?.next_at)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    await generate(user, newPrompt());
  });

  it.each(["9e15", "'soon'", "x'00'"])("with an invalid next_at (%s) continues to its image", async (at) => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("delay=0.2"));
    await rewrite(user, `next_at = ${at}`);
    await limitsOf(user);
    await reaches(user, id, "succeeded");
    await isIdle(user);
  });

  it("keeps its slot until Skytells has stopped, though it is shown as failed", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck,cancel-unknown"));
    await rewrite(user, "document = 'null', next_at = 0");
    await limitsOf(user);
    await reaches(user, id, "failed");
    await eventually(async () => expect(await callsOf(id)).toMatchObject({ cancels: 1 }));
    expect(await limitsOf(user)).toMatchObject({ inFlight: 1 });
    expect((await user.post("/api/generate", { prompt: newPrompt() })).status).toBe(429);
    // No slot is counted longer than a job may take.
    await rewrite(user, "created_at = created_at - 310000 - 1000, next_at = 0");
    await isIdle(user);
    await eventually(async () => expect(await callsOf(id)).toMatchObject({ cancels: 2 }));
    await generate(user, newPrompt());
  });

  it("does not block its Idempotency-Key for a new request", async () => {
    const user = await newUser();
    const key = { "idempotency-key": crypto.randomUUID() };
    const prompt = newPrompt("terminal");
    const made = await user.post("/api/generate", { prompt }, key);
    const { generation } = await made.json<{ generation: { id: string } }>();
    await reaches(user, generation.id, "succeeded");
    await isIdle(user);
    await rewrite(user, "document = 'null'");
    const again = await user.post("/api/generate", { prompt }, key);
    expect(again.status, await again.clone().text()).toBe(202);
    expect(await createsOf(prompt)).toHaveLength(2);
    expect((await read(user, generation.id)).status).toBe("succeeded");
  });

  it("does not prevent the deletion of its image", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    await isIdle(user);
    await rewrite(user, "document = 'null'");
    expect((await user.call(`/api/generations/${id}`, { method: "DELETE" })).status).toBe(204);
    expect(await rowsOf(user)).toEqual([]);
    await eventually(async () => expect(await objectsOf(user)).toEqual([]));
  });
});
