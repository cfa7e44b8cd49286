// D1 rows of a newer version: shown with the known values, exported as stored.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import { databaseFor } from "../../worker/db/client.ts";
import { failGeneration, generationById, updateGeneration } from "../../worker/db/generations.ts";
import { exportPart } from "../../worker/db/export.ts";
import { run } from "../../worker/db/user-read.ts";
import { documentOf } from "../../worker/use-cases/export-document.ts";
import { authorize } from "../../worker/auth/principal.ts";
import { list, newUser, ORIGIN, read, type Visitor } from "./support/app.ts";

const MODEL = "truefusion-next";
const OPTIONS = { aspectRatio: "21:9", seed: 7, upscale: { factor: 2 } };
const ERROR = { code: "region_blocked", message: "Not available in this region." };
const OUTPUTS = [{ n: 0, ext: "jxl", width: 8, height: 6, animated: true }];

async function newRow(status: string, completedAt: number | null): Promise<{ user: Visitor; id: string }> {
  const user = await newUser();
  const id = `newer-${crypto.randomUUID()}`;
  await env.DB.prepare(
    `insert into generations (id, user_id, prompt, model, status, outputs, options, error, created_at, completed_at)
     values (?, ?, 'A dog', ?, ?, ?, ?, ?, 1, ?)`,
  )
    .bind(
      id,
      user.id,
      MODEL,
      status,
      JSON.stringify(OUTPUTS),
      JSON.stringify(OPTIONS),
      JSON.stringify(ERROR),
      completedAt,
    )
    .run();
  return { user, id };
}

describe("a row of a newer version", () => {
  it.each([
    ["a known status", "succeeded", 2, "succeeded"],
    ["an unknown status that has ended", "archived", 2, "failed"],
    ["an unknown status that has not ended", "upscaling", null, "processing"],
  ] as const)("with %s is listed and read, under its own model", async (_, status, completedAt, shown) => {
    const { user, id } = await newRow(status, completedAt);
    const expected: Partial<Generation> = {
      id,
      model: MODEL,
      status: shown,
      options: { seed: 7 },
      error: { code: "upstream_failed", message: ERROR.message },
    };
    expect(await read(user, id)).toMatchObject(expected);
    expect((await list(user)).items).toMatchObject([expected]);
  });

  it("is exported as stored", async () => {
    const { user, id } = await newRow("archived", 2);
    const db = databaseFor(env, user.id);
    const principal = await authorize(db, { userId: user.id, epoch: 0 });
    if (!principal.ok) throw new Error(principal.refusal.code);
    const part = await run(db, exportPart(db, user.id, null));
    const about = { exportedAt: "", part: 1, next: null };
    const limits = { concurrent: 1, inFlight: 0, unconfirmed: 0, today: { used: 0, limit: 1, resetsAt: "" } };
    const fromObject = { limits, unrecorded: [] };
    const document = documentOf(about, principal.value.user, part, fromObject, new Set(), ORIGIN);
    expect(document.generations).toMatchObject([
      { id, model: MODEL, status: "archived", options: OPTIONS, error: ERROR },
    ]);
  });

  it("that has ended is not failed, and one that has not can be ended", async () => {
    const [ended, open] = [await newRow("archived", 2), await newRow("upscaling", null)];
    for (const { user, id } of [ended, open]) {
      await failGeneration(databaseFor(env, user.id), user.id, id, ERROR, 3);
    }
    expect((await read(ended.user, ended.id)).completedAt).toBe(new Date(2).toISOString());
    expect((await read(open.user, open.id)).status).toBe("failed");
  });

  it("that has not ended takes any later state of its job", async () => {
    const { user, id } = await newRow("upscaling", null);
    const db = databaseFor(env, user.id);
    const record = await run(db, generationById(db, user.id, id));
    if (!record) throw new Error("no row");
    expect(await updateGeneration(db, user.id, { ...record, status: "processing" })).not.toBeNull();
    expect((await read(user, id)).status).toBe("processing");
  });
});
