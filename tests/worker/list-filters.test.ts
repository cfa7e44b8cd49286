/** Filters of the list by collection, share link and seed, and its two orders. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { foldText } from "../../worker/shared/fold-text.ts";
import { expectProblem, generate, list, newPrompt, newUser, reaches, type Visitor } from "./support/app.ts";

type Row = {
  id: string;
  prompt: string;
  model: string;
  status: string;
  favorite: boolean;
  shared: boolean;
  seed: number | null;
  /** Its collections. */
  collections: readonly string[];
  createdAt: number;
};

const DAY = Date.UTC(2026, 9, 5);
let rowCount = 0;

async function insert(user: Visitor, more: Partial<Row> = {}): Promise<Row> {
  rowCount += 1;
  const row: Row = {
    id: crypto.randomUUID(),
    prompt: `image ${rowCount}`,
    model: "truefusion-pro",
    status: "succeeded",
    favorite: false,
    shared: false,
    seed: null,
    collections: [],
    // Two rows in each millisecond.
    createdAt: DAY + Math.floor(rowCount / 2),
    ...more,
  };
  const { id, prompt, model, status, favorite, shared, seed, createdAt } = row;
  await env.DB.prepare(
    `insert into generations (id, user_id, prompt, prompt_folded, model, status, favorite, share_token, options, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
    .bind(
      id,
      user.id,
      prompt,
      foldText(prompt),
      model,
      status,
      Number(favorite),
      shared ? crypto.randomUUID() : null,
      JSON.stringify(seed === null ? {} : { seed }),
      createdAt,
    )
    .run();
  for (const collection of row.collections) await collect(user, [id], collection);
  return row;
}

async function collect(user: Visitor, ids: string[], collection: string) {
  const response = await user.post("/api/generations/bulk", { ids, action: "collect", collection });
  expect(response.status).toBe(200);
}

async function newCollection(user: Visitor): Promise<string> {
  const response = await user.post("/api/collections", { name: "c" });
  return (await response.json<{ collection: { id: string } }>()).collection.id;
}

/** The ids on every page, to the end. */
async function find(user: Visitor, filters: Record<string, string>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ ...filters, ...(cursor !== null && { cursor }) });
    const page = await list(user, `?${query.toString()}`);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

const byTime = (a: Row, b: Row) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);

async function seeded() {
  const user = await newUser();
  const [collection, other] = [await newCollection(user), await newCollection(user)];
  const rows: Row[] = [];
  for (const shared of [true, false])
    for (const seed of [7, 77])
      for (const collections of [[collection], [other], [collection, other], []])
        for (const favorite of [true, false]) {
          const status = rows.length % 3 === 0 ? "failed" : "succeeded";
          const prompt = rows.length % 2 === 0 ? "a red fox" : "a dog";
          const model = rows.length % 5 === 0 ? "truefusion-edge" : "truefusion-pro";
          rows.push(await insert(user, { shared, seed, collections, favorite, status, prompt, model }));
        }
  return { user, collection, other, rows: rows.toSorted(byTime) };
}

describe("the list", () => {
  it("applies its filters in every combination, in both orders", async () => {
    const { user, collection, rows } = await seeded();
    const time = (at: number) => rows[at]?.createdAt ?? 0;
    const tests: [name: string, value: string, test: (row: Row) => boolean][] = [
      ["collection", collection, ({ collections }) => collections.includes(collection)],
      ["shared", "true", ({ shared }) => shared],
      ["shared", "false", ({ shared }) => !shared],
      ["q", "seed:7", ({ seed }) => seed === 7],
      ["q", "FOX", ({ prompt }) => prompt.includes("fox")],
      ["favorite", "true", ({ favorite }) => favorite],
      ["model", "truefusion-pro", ({ model }) => model === "truefusion-pro"],
      ["from", new Date(time(4)).toISOString(), ({ createdAt }) => createdAt >= time(4)],
      ["to", new Date(time(28)).toISOString(), ({ createdAt }) => createdAt < time(28)],
    ];
    for (let set = 0; set < 1 << tests.length; set += 1) {
      const chosen = tests.filter((_, at) => set & (1 << at));
      const names = chosen.map(([name]) => name);
      if (new Set(names).size < names.length) continue;
      const filters = Object.fromEntries(chosen.map(([name, value]) => [name, value]));
      const expected = rows.filter((row) => chosen.every(([, , test]) => test(row))).map(({ id }) => id);
      const oldest = await find(user, { ...filters, limit: "6", sort: "oldest" });
      expect(oldest, JSON.stringify(filters)).toEqual(expected);
      // The other half of the combinations takes the other order, and shows that it is the default.
      const sort = set % 2 === 0 ? { sort: "newest" } : {};
      const newest = await find(user, { ...filters, limit: "7", ...sort });
      expect(newest, JSON.stringify(filters)).toEqual(expected.toReversed());
    }
  }, 120_000);

  it("takes a cursor of other filters and of the other order as a position", async () => {
    const { user, collection, rows } = await seeded();
    const { items, nextCursor } = await list(user, "?limit=10&sort=oldest");
    const last = rows.findIndex(({ id }) => id === items.at(-1)?.id);
    const inCollection = (row: Row) => row.collections.includes(collection);
    const after = await list(user, `?collection=${collection}&sort=oldest&cursor=${nextCursor}`);
    expect(after.items.map(({ id }) => id)).toEqual(
      rows
        .slice(last + 1)
        .filter(inCollection)
        .map(({ id }) => id),
    );
    const before = await list(user, `?collection=${collection}&cursor=${nextCursor}`);
    expect(before.items.map(({ id }) => id)).toEqual(
      rows
        .slice(0, last)
        .filter(inCollection)
        .map(({ id }) => id)
        .toReversed(),
    );
    const shared = await list(user, `?shared=true&limit=100&cursor=${nextCursor}`);
    expect(shared.items.every(({ shareUrl }) => shareUrl !== null)).toBe(true);
  });

  it("shows no image and no collection of another user", async () => {
    const { user, collection } = await seeded();
    const other = await newUser();
    await insert(other, { shared: true, seed: 7 });
    await expectProblem(await other.call(`/api/generations?collection=${collection}`), "not_found");
    expect(await find(other, { q: "seed:7", shared: "true" })).toHaveLength(1);
    expect(await find(user, { q: "seed:7", shared: "true" })).toHaveLength(8);
  });

  it("finds what was generated by its seed, also one that the Worker drew", async () => {
    const user = await newUser();
    const drawn = await generate(user, newPrompt("terminal"));
    await reaches(user, drawn.id, "succeeded");
    const chosen = await generate(user, newPrompt("terminal"), { seed: 12_345 });
    await reaches(user, chosen.id, "succeeded");
    expect(await find(user, { q: "seed:12345" })).toEqual([chosen.id]);
    expect(await find(user, { q: `seed:${drawn.options.seed}` })).toEqual([drawn.id]);
  });

  it.each(["seed:7", "SEED:7", " seed: 7 ", "ｓｅｅｄ：７", "seed:007"])("reads %s as a seed", async (q) => {
    const user = await newUser();
    const { id } = await insert(user, { seed: 7 });
    await insert(user, { seed: 77 });
    expect(await find(user, { q })).toEqual([id]);
  });

  it.each(["seed:", "seed 7", "my seed:7", "seed:7 fox", "seed:-7", "seed:7.5", "seed:77777777777"])(
    "searches %s in prompts",
    async (q) => {
      const user = await newUser();
      await insert(user, { seed: 7 });
      const { id } = await insert(user, { prompt: `with ${q} in it` });
      expect(await find(user, { q })).toEqual([id]);
    },
  );

  it("finds nothing for a seed beyond the largest, and in options that are not JSON", async () => {
    const user = await newUser();
    const { id } = await insert(user, { seed: 7 });
    await env.DB.prepare("update generations set options = '{' where id = ?").bind(id).run();
    expect(await find(user, { q: "seed:7" })).toEqual([]);
    expect(await find(user, { q: "seed:9999999999" })).toEqual([]);
    expect(await find(user, {})).toEqual([id]);
  });
});

describe("pages inside a collection", () => {
  it("reach all matches where a scan finds few, in both orders", async () => {
    const user = await newUser();
    const collection = await newCollection(user);
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 4000)
       insert into generations (id, user_id, prompt, prompt_folded, status, created_at)
       select ? || '-' || i, ?, 'x', iif(i % 1500 = 1, 'a cat', 'a dog'), 'succeeded', i / 3 from n`,
    )
      .bind(user.id, user.id)
      .run();
    await env.DB.prepare(
      "insert into collection_items select ?, user_id, created_at, id from generations where user_id = ?",
    )
      .bind(collection, user.id)
      .run();
    const cats = ["1", "1501", "3001"].map((i) => `${user.id}-${i}`);
    expect(await find(user, { q: "cat", collection, sort: "oldest" })).toEqual(cats);
    expect(await find(user, { q: "cat", collection })).toEqual(cats.toReversed());
    const empty = await list(user, `?q=zebra&collection=${collection}`);
    expect(empty).toEqual({ items: [], nextCursor: expect.any(String) });
    expect(await find(user, { collection, limit: "100", sort: "oldest" })).toHaveLength(4_000);
  });
});

describe("the list rejects", () => {
  it.each([
    ["an unknown order", "sort=random", "sort"],
    ["shared that is neither true nor false", "shared=1", "shared"],
    ["an empty collection", "collection=", "collection"],
    ["a collection of 129 characters", `collection=${"x".repeat(129)}`, "collection"],
    ["two collections", "collection=a&collection=b", "collection"],
  ])("%s", async (_, search, field) => {
    const user = await newUser();
    const problem = await expectProblem(await user.call(`/api/generations?${search}`), "invalid_request");
    expect(problem.detail).toContain(field);
  });

  it.each(["nothing", "'; drop table collections; --", "🦊"])(
    "an unknown collection: %s",
    async (collection) => {
      const user = await newUser();
      const query = new URLSearchParams({ collection }).toString();
      await expectProblem(await user.call(`/api/generations?${query}`), "not_found");
    },
  );
});
