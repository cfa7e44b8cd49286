/** The database of the first release under this version, and the first release's statements after the migrations. */
import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { foldText } from "../../worker/shared/fold-text.ts";
import { call, list, newUser, type Visitor } from "./support/app.ts";
import { MIGRATIONS, STATEMENTS } from "./support/first-release.ts";

const DAY = "2026-11-20";
const CREATED_AT = Date.parse(`${DAY}T12:00:00Z`);
const OUTPUTS = '[{"n":0,"ext":"png","width":64,"height":64}]';
const EMAIL = "ann@example.com";
/** Of the first release: without a shard. */
const SHARE_TOKEN = "abcdefghijklmnopqrstuv";

type Row = Record<string, unknown>;

async function send(statement: keyof typeof STATEMENTS, ...values: unknown[]): Promise<Row[]> {
  const { results } = await env.DB.prepare(STATEMENTS[statement])
    .bind(...values)
    .all<Row>();
  return results;
}

/** As the first release does for one image: count, insert, update. */
async function generateAsBefore(id: string, userId: string, prompt: string, at = CREATED_AT): Promise<void> {
  await send("countDay", new Date(at).toISOString().slice(0, 10), id);
  const columns = [
    id,
    userId,
    prompt,
    foldText(prompt),
    "truefusion-pro",
    "processing",
    null,
    "[]",
    '{"seed":7}',
  ];
  const values = [...columns, null, 0, 0, at, null];
  const update = ["processing", null, "[]", null, null, userId, "queued", "processing"];
  expect(await send("insertGeneration", ...values, ...update)).toHaveLength(1);
  const updated = await send(
    "updateGeneration",
    "succeeded",
    `/images/${id}/0`,
    OUTPUTS,
    null,
    at + 9,
    id,
    userId,
  );
  expect(updated).toMatchObject([{ id, status: "succeeded" }]);
}

const countOf = (day: string) =>
  env.DB.prepare("select created from days where day = ?").bind(day).first<number>("created");

let userId: string;
let user: Visitor;

beforeAll(async () => {
  const { results } = await env.DB.prepare(
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%'",
  ).all<{ name: string }>();
  await env.DB.batch([
    env.DB.prepare("pragma defer_foreign_keys = on"),
    ...results.map(({ name }) => env.DB.prepare(`drop table "${name}"`)),
  ]);
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, MIGRATIONS));
  userId = crypto.randomUUID();
  await send("upsertUser", userId, EMAIL, "pro", CREATED_AT, 0);
  for (const [at, prompt] of ["A dog", "A  cat in Zürich", "A fox"].entries()) {
    await generateAsBefore(`before-${at}`, userId, prompt, CREATED_AT + at);
  }
  await send("setFavorite", 1, "before-1", userId);
  await send("share", SHARE_TOKEN, 1, "before-2", userId, "succeeded");
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  user = await newUser("free", EMAIL);
});

it("signs in the user of the first release", async () => {
  expect(user.id).toBe(userId);
  const session = await (await user.call("/api/session")).json<{ limits: { concurrent: number } }>();
  expect(session.limits.concurrent, "the plan pro").toBe(3);
});

it("lists, searches and filters the images of the first release", async () => {
  const idsOf = async (query = "") => (await list(user, query)).items.map(({ id }) => id);
  const { items } = await list(user);
  expect(items.map(({ id }) => id)).toEqual(["before-2", "before-1", "before-0"]);
  expect(items[1]).toMatchObject({
    prompt: "A  cat in Zürich",
    status: "succeeded",
    favorite: true,
    options: { seed: 7 },
    createdAt: new Date(CREATED_AT + 1).toISOString(),
  });
  expect(await idsOf("?favorite=true")).toEqual(["before-1"]);
  expect(await idsOf("?q=cat in z%C3%BCRich")).toEqual(["before-1"]);
  expect(await idsOf("?q=seed:7")).toHaveLength(3);
  expect(await idsOf("?shared=true")).toEqual(["before-2"]);
});

it("keeps the links and the day's count of the first release", async () => {
  const page = await call(`/s/${SHARE_TOKEN}`);
  expect({ status: page.status, has: (await page.text()).includes("A fox") }).toEqual({
    status: 200,
    has: true,
  });
  expect(await countOf(DAY)).toBe(3);
});

it("changes the images of the first release", async () => {
  const response = await user.call("/api/generations/before-0", {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ favorite: true }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
  expect((await list(user, "?favorite=true")).items).toHaveLength(2);
});

it("shows what the first release writes after the migrations, as after a rollback", async () => {
  const id = `after-${crypto.randomUUID()}`;
  await send("upsertUser", crypto.randomUUID(), EMAIL, "free", CREATED_AT, 0);
  await generateAsBefore(id, userId, "A wolf", CREATED_AT + 100);
  expect(await countOf(DAY)).toBe(4);
  expect((await list(user)).items[0]).toMatchObject({ id, prompt: "A wolf", status: "succeeded" });
  await send("share", "vutsrqponmlkjihgfedcba", 0, id, userId, "succeeded");
  expect((await call("/s/vutsrqponmlkjihgfedcba")).status).toBe(200);
  expect(await send("findShared", "vutsrqponmlkjihgfedcba", "succeeded")).toMatchObject([{ id }]);
  const admission = await send("admission", DAY, "https://api.example", "truefusion-pro", userId);
  expect(admission).toMatchObject([{ email: EMAIL, plan: "pro", created_today: 4 }]);
  await send("remove", id, userId);
  expect((await list(user)).items.map((item) => item.id)).not.toContain(id);
});

it("lets the first release work on what this version wrote", async () => {
  const created = await user.post("/api/collections", { name: "Dogs" });
  const { collection } = await created.json<{ collection: { id: string } }>();
  const bulk = { ids: ["before-0"], action: "collect", collection: collection.id };
  expect((await user.post("/api/generations/bulk", bulk)).status).toBe(200);
  expect(await send("setFavorite", 0, "before-0", userId)).toMatchObject([{ id: "before-0", favorite: 0 }]);
  await send("remove", "before-0", userId);
  const items = await list(user, `?collection=${collection.id}`);
  expect(items.items).toEqual([]);
});
