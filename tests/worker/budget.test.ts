/** What things cost, in counts: statements, rows, objects, calls. Times are no test's business. */
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import recorded from "../../docs/data/call-counts.json";
import type { BulkResult } from "../../worker/api/schemas/generation.ts";
import { UserStudio } from "../../worker/studio/user-studio.ts";
import {
  deliver,
  eventually,
  generate,
  isIdle,
  list,
  newPrompt,
  newUser,
  objectsOf,
  reaches,
  read,
  type Visitor,
} from "./support/app.ts";
import { webhookOf } from "./support/simulator.ts";

type Statement = { sql: string; params: unknown[] };

/** Every D1 statement from now on, with its parameters. */
function watchD1(): Statement[] {
  const seen: Statement[] = [];
  const prototype = env.DB.constructor.prototype as D1Database;
  const prepare = prototype.prepare;
  const spy = vi.spyOn(prototype, "prepare").mockImplementation(function (this: D1Database, sql: string) {
    const statement = prepare.call(this, sql);
    const entry: Statement = { sql, params: [] };
    seen.push(entry);
    const bind = statement.bind.bind(statement);
    statement.bind = (...params: unknown[]) => {
      entry.params = params;
      return bind(...params);
    };
    return statement;
  });
  onTestFinished(() => spy.mockRestore());
  return seen;
}

/** Round trips to D1 from now on: a batch is one, and so is a statement outside of one. */
function countTrips(): () => number {
  const database = env.DB.constructor.prototype as D1Database;
  const statement = env.DB.prepare("select 1").constructor.prototype as D1PreparedStatement;
  const spies = [
    vi.spyOn(database, "batch"),
    ...(["all", "raw", "run", "first"] as const).map((name) => vi.spyOn(statement, name)),
  ];
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return () => spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
}

/** The user's own row, found through the index of the primary key. */
const USER_ROWS = 2;
/** The collection that a list names, found in the same way. */
const COLLECTION_ROWS = 2;

const isRead = ({ sql }: Statement) => /^select/i.test(sql);

async function rowsRead({ sql, params }: Statement): Promise<number> {
  const { meta } = await env.DB.prepare(sql)
    .bind(...params)
    .all();
  return meta.rows_read;
}

describe("a generation costs", () => {
  it("one call of the object to create, one per webhook; few statements and objects", async () => {
    const user = await newUser();
    // Its model's schema is fetched once an hour; that is not what is counted.
    const other = await newUser();
    await reaches(other, (await generate(other, newPrompt("terminal"))).id, "succeeded");
    await eventually(async () => expect(await objectsOf(other)).toHaveLength(2));
    const trips = countTrips();
    const statements = watchD1();
    const calls: string[] = [];
    for (const name of [
      "generate",
      "deliver",
      "find",
      "cancel",
      "remove",
      "removeMany",
      "limits",
      "announce",
    ] as const) {
      const original = UserStudio.prototype[name] as (...args: unknown[]) => unknown;
      const spy = vi.spyOn(UserStudio.prototype, name).mockImplementation(function (
        this: UserStudio,
        ...args: unknown[]
      ) {
        calls.push(name);
        return original.apply(this, args) as never;
      });
      onTestFinished(() => spy.mockRestore());
    }
    const puts = vi.spyOn(Object.getPrototypeOf(env.OUTPUTS), "put");
    onTestFinished(() => puts.mockRestore());

    const { id } = await generate(user, newPrompt("delay=0.3"));
    await deliver(await webhookOf(id, "started"));
    await deliver(await webhookOf(id, "succeeded"));
    await eventually(async () => expect(await objectsOf(user)).toHaveLength(2));
    // The last write to D1 does not hold up the image.
    await eventually(async () =>
      expect(statements.filter(({ sql }) => sql.startsWith("update"))).toHaveLength(2),
    );

    expect(calls).toEqual(["generate", "deliver", "deliver"]);
    expect(statements.filter(isRead)).toHaveLength(1);
    const writes = statements.filter((statement) => !isRead(statement));
    const isCount = ({ sql }: Statement) => /"days"|"counted_generations"/.test(sql);
    expect(writes.filter(isCount)).toHaveLength(3);
    const others = writes.filter((statement) => !isCount(statement)).map(({ sql }) => sql.split(" ")[0]);
    expect(others).toEqual(["insert", "update", "update"]);
    // The count goes with the insert.
    expect(trips()).toBe(1 + others.length);
    expect(puts).toHaveBeenCalledTimes(2);
    await isIdle(user);
  });

  it("a poll: one round trip, and the user's row beside the generation's", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"));
    await reaches(user, id, "succeeded");
    const trips = countTrips();
    const statements = watchD1();
    await read(user, id);
    expect(trips()).toBe(1);
    expect(statements).toHaveLength(2);
    expect(await costOf(statements)).toBeLessThanOrEqual(USER_ROWS + 2);
  });
});

/** Pictures of a day, three in each millisecond; every fourth a favourite, and another model. */
async function seed(user: Visitor, count: number): Promise<void> {
  await env.DB.prepare(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
     insert into generations (id, user_id, prompt, prompt_folded, status, created_at, favorite, model)
     select ? || '-' || i, ?, 'A dog', 'a dog', 'succeeded', i / 3, i % 4 = 0,
            iif(i % 4 = 0, 'truefusion-edge', 'truefusion-pro') from n`,
  )
    .bind(count, user.id, user.id)
    .run();
}

/** A collection with all generations of the user, of which every fourth is shared and has the seed 7. */
async function seedCollection(user: Visitor): Promise<string> {
  const response = await user.post("/api/collections", { name: "All" });
  const { collection } = await response.json<{ collection: { id: string } }>();
  await env.DB.batch([
    env.DB.prepare(
      "insert into collection_items select ?, user_id, created_at, id from generations where user_id = ?",
    ).bind(collection.id, user.id),
    env.DB.prepare(
      "update collections set item_count = (select count(*) from collection_items) where id = ?",
    ).bind(collection.id),
    env.DB.prepare(
      `update generations set share_token = 'token-' || id, options = '{"seed":7}' where user_id = ? and favorite = 1`,
    ).bind(user.id),
  ]);
  return collection.id;
}

/** Rows that the statements seen since the last time read, or would: they are run again. */
async function costOf(statements: Statement[]): Promise<number> {
  const costs = await Promise.all([...statements].map(rowsRead));
  statements.length = 0;
  return costs.reduce((sum, cost) => sum + cost, 0);
}

it("the first opening of a gallery of 48: three statements, its images included", async () => {
  const user = await newUser();
  await seed(user, 48);
  await env.DB.prepare("update generations set outputs = ? where user_id = ?")
    .bind(JSON.stringify([{ n: 0, ext: "png", width: 800, height: 600 }]), user.id)
    .run();
  const ids = Array.from({ length: 48 }, (_, i) => `${user.id}-${i + 1}`);
  await Promise.all(ids.map((id) => env.OUTPUTS.put(`thumbs/${user.id}/${id}/0.webp`, id)));
  const statements = watchD1();
  const page = await (await user.call("/gallery")).text();
  const images = await Promise.all(
    ids.map(async (id) => (await user.call(`/images/${id}/0?size=thumb`)).text()),
  );
  expect(images).toEqual(ids);
  for (const id of ids) expect(page).toContain(id);
  expect(statements).toHaveLength(recorded.galleryStatements);
});

describe("a gallery page reads", () => {
  const INDEXED = ["", "&model=truefusion-edge", "&favorite=true", "&model=truefusion-pro&from=1970-01-01"];
  it.each([100, 20_000])("a page and one more of %i generations, at any depth", async (count) => {
    const user = await newUser();
    await seed(user, count);
    const statements = watchD1();
    for (const filter of INDEXED) {
      const first = await list(user, `?limit=24${filter}`);
      expect(first.items).toHaveLength(24);
      expect(await costOf(statements), filter).toBeLessThanOrEqual(24 + 1 + USER_ROWS);
      await list(user, `?limit=24${filter}&cursor=${first.nextCursor}`);
      expect(await costOf(statements), filter).toBeLessThanOrEqual(24 + 1 + USER_ROWS);
    }
  });

  const ORGANIZED = ["&shared=true", "&q=seed:7", "&sort=oldest", "&favorite=true&sort=oldest"];
  it.each([100, 20_000])(
    "a page and one more of %i shared images, or those with a seed, in both orders",
    async (count) => {
      const user = await newUser();
      await seed(user, count);
      await seedCollection(user);
      const statements = watchD1();
      for (const filter of [...ORGANIZED, ...ORGANIZED.slice(0, 2).map((one) => `${one}&sort=oldest`)]) {
        const first = await list(user, `?limit=24${filter}`);
        expect(first.items).toHaveLength(24);
        expect(await costOf(statements), filter).toBeLessThanOrEqual(24 + 1 + USER_ROWS);
        await list(user, `?limit=24${filter}&cursor=${first.nextCursor}`);
        expect(await costOf(statements), filter).toBeLessThanOrEqual(24 + 1 + USER_ROWS);
      }
    },
  );

  it.each([100, 20_000])(
    "a page and one more in a collection of %i, and the image of each",
    async (count) => {
      const user = await newUser();
      await seed(user, count);
      const collection = await seedCollection(user);
      const statements = watchD1();
      for (const sort of ["newest", "oldest"]) {
        const first = await list(user, `?limit=24&collection=${collection}&sort=${sort}`);
        expect(first.items).toHaveLength(24);
        expect(await costOf(statements), sort).toBeLessThanOrEqual(
          2 * (24 + 1) + COLLECTION_ROWS + USER_ROWS,
        );
        await list(user, `?limit=24&collection=${collection}&sort=${sort}&cursor=${first.nextCursor}`);
        expect(await costOf(statements), sort).toBeLessThanOrEqual(
          2 * (24 + 1) + COLLECTION_ROWS + USER_ROWS,
        );
      }
    },
  );

  const SCANNED = [
    "q=zebra",
    "status=failed",
    "favorite=true&status=failed",
    "favorite=false&q=zebra",
    "model=truefusion-pro&q=zebra&status=succeeded&from=1970-01-01",
  ];
  it.each(SCANNED)("at most 5,000 rows for %s, found or not", async (filter) => {
    const user = await newUser();
    await seed(user, 20_000);
    const statements = watchD1();
    const { items, nextCursor } = await list(user, `?${filter}`);
    expect(items).toEqual([]);
    expect(nextCursor).not.toBeNull();
    expect(await costOf(statements)).toBeLessThanOrEqual(5_000 + USER_ROWS);
    await list(user, `?${filter}&cursor=${nextCursor}`);
    expect(await costOf(statements)).toBeLessThanOrEqual(5_000 + USER_ROWS);
  });

  const SCANNED_ORGANIZED = ["q=zebra", "status=failed&sort=oldest", "q=seed:8", "shared=true&q=zebra"];
  it.each(SCANNED_ORGANIZED)("at most 5,000 rows in a collection for %s", async (filter) => {
    const user = await newUser();
    await seed(user, 20_000);
    const collection = await seedCollection(user);
    const statements = watchD1();
    const { items, nextCursor } = await list(user, `?${filter}&collection=${collection}`);
    expect(items).toEqual([]);
    expect(nextCursor).not.toBeNull();
    expect(await costOf(statements)).toBeLessThanOrEqual(5_000 + USER_ROWS);
  });

  it.each(["q=seed:7&status=failed", "shared=true&q=zebra", "shared=false&q=zebra&sort=oldest"])(
    "at most 5,000 rows for %s",
    async (filter) => {
      const user = await newUser();
      await seed(user, 20_000);
      await seedCollection(user);
      const statements = watchD1();
      expect((await list(user, `?${filter}`)).items).toEqual([]);
      expect(await costOf(statements)).toBeLessThanOrEqual(5_000 + USER_ROWS);
    },
  );

  it("no further than the page where what is looked for is common", async () => {
    const user = await newUser();
    await seed(user, 20_000);
    const statements = watchD1();
    expect((await list(user, "?limit=24&q=dog&status=succeeded")).items).toHaveLength(24);
    expect(await costOf(statements)).toBeLessThanOrEqual(2 * (24 + 1) + USER_ROWS);
  });
});

it("the list of collections reads none of their images but the newest", async () => {
  const user = await newUser();
  await seed(user, 20_000);
  await seedCollection(user);
  await seedCollection(user);
  const statements = watchD1();
  await user.call("/api/collections");
  expect(statements).toHaveLength(2);
  expect(await costOf(statements)).toBeLessThanOrEqual(2 * 10 + USER_ROWS);
});

it("a bulk collect and uncollect read the rows that they name, of however many", async () => {
  const user = await newUser();
  await seed(user, 20_000);
  const collection = await seedCollection(user);
  const ids = Array.from({ length: 100 }, (_, i) => `${user.id}-${i * 200 + 1}`);
  const statements = watchD1();
  for (const action of ["uncollect", "collect"]) {
    await user.post("/api/generations/bulk", { ids, action, collection });
    expect(statements).toHaveLength(4);
    expect(await costOf(statements), action).toBeLessThanOrEqual(12 * ids.length + USER_ROWS);
  }
});

it("a bulk favourite reads the rows that it names, of however many", async () => {
  const user = await newUser();
  await seed(user, 20_000);
  const ids = Array.from({ length: 100 }, (_, i) => `${user.id}-${i * 200 + 1}`);
  const statements = watchD1();
  const response = await user.post("/api/generations/bulk", { ids, action: "favorite" });
  expect((await response.json<BulkResult>()).done).toEqual(ids);
  expect(statements).toHaveLength(2);
  // The ids themselves, the named rows, and what the write reads of each and its indexes.
  expect(await costOf(statements)).toBeLessThanOrEqual(6 * ids.length + USER_ROWS);
});
