/** What `npm run repair` finds and repairs. The chaos runs use it too. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, test } from "vitest";
import { getPlatformProxy } from "wrangler";
import {
  type Difference,
  findDifferences,
  formatCursor,
  type Page,
  parseCursor,
  repairDifference,
  START,
  type Stores,
} from "../../scripts/differences.ts";
import { environment, root } from "../../scripts/run.ts";

const NOW = Date.UTC(2026, 10, 1);
const HOUR_MS = 3_600_000;
const LIMITS = { now: NOW, settledBefore: NOW - HOUR_MS, deadlineBefore: NOW - HOUR_MS / 2 };
/** Local R2 gives objects the current time, so the limits are in the future. */
const LATER = { ...LIMITS, now: Date.now() + 2 * HOUR_MS, settledBefore: Date.now() + HOUR_MS };
const PAGE_SIZE = 2;

const OUTPUT = '[{"n":0,"ext":"png","width":8,"height":8}]';

async function openStores(folder: string) {
  const proxy = await getPlatformProxy<Stores>({
    configPath: join(root, "wrangler.toml"),
    persist: { path: join(folder, "v3") },
  });
  return { stores: proxy.env, close: () => proxy.dispose() };
}

async function migrate({ DB }: Stores): Promise<void> {
  const folder = join(root, "migrations");
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()) {
    for (const statement of readFileSync(join(folder, file), "utf8").split("--> statement-breakpoint")) {
      await DB.prepare(statement).run();
    }
  }
}

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "repair-"));
}

async function addUser({ DB }: Stores, id: string, deletedAt: number | null = null): Promise<void> {
  await DB.batch([
    DB.prepare(
      "insert into users (id, email, created_at, deleted_at) values (?1, ?1 || '@example.com', 0, ?2)",
    ).bind(id, deletedAt),
    DB.prepare("insert into identities (issuer, subject, user_id, created_at) values ('i', ?1, ?1, 0)").bind(
      id,
    ),
  ]);
}

async function addGeneration(
  { DB, OUTPUTS }: Stores,
  {
    userId,
    id,
    status = "succeeded",
    outputs = OUTPUT,
    createdAt = 0,
    objects = 1,
  }: {
    userId: string;
    id: string;
    status?: string;
    outputs?: string;
    createdAt?: number;
    objects?: number;
  },
): Promise<void> {
  await DB.prepare(
    "insert into generations (id, user_id, prompt, status, outputs, created_at) values (?, ?, 'p', ?, ?, ?)",
  )
    .bind(id, userId, status, outputs, createdAt)
    .run();
  for (let n = 0; n < objects; n += 1) await OUTPUTS.put(`outputs/${userId}/${id}/${n}.png`, "x");
}

const subjectOf = (difference: Difference) => {
  switch (difference.kind) {
    case "object without row":
      return difference.key;
    case "unfinished deletion":
      return difference.userId;
    default:
      return difference.row.id;
  }
};

async function collect(pages: AsyncGenerator<Page>): Promise<{ found: string[]; pages: Page[] }> {
  const all: Page[] = [];
  for await (const page of pages) all.push(page);
  const found = all.flatMap(({ differences }) => differences.map((one) => `${one.kind}: ${subjectOf(one)}`));
  return { found, pages: all };
}

let folder: string;
let stores: Stores;
let close: () => Promise<void>;
beforeAll(async () => {
  folder = temporaryFolder();
  ({ stores, close } = await openStores(folder));
  await migrate(stores);
}, 60_000);
afterAll(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  const { DB, OUTPUTS } = stores;
  await DB.batch(["generations", "identities", "users"].map((table) => DB.prepare(`delete from ${table}`)));
  const { objects } = await OUTPUTS.list();
  if (objects.length > 0) await OUTPUTS.delete(objects.map(({ key }) => key));
});

describe("with more rows, users and objects than one page", () => {
  beforeEach(async () => {
    for (const id of ["a", "a-b", "c"]) await addUser(stores, id);
    for (const userId of ["a", "a-b", "c"]) {
      // One id begins with the other, so keys and ids sort differently.
      for (const id of ["1", "1-2", "3"]) await addGeneration(stores, { userId, id: `${userId}.${id}` });
    }
    await stores.OUTPUTS.delete(["outputs/a/a.1/0.png", "outputs/c/c.3/0.png"]);
    await addGeneration(stores, { userId: "a-b", id: "a-b.4", status: "processing", objects: 0 });
    await stores.OUTPUTS.put("outputs/a/gone/0.png", "x");
    await stores.OUTPUTS.put("thumbs/c/gone/0.webp", "x");
    for (const id of ["d", "e", "f"]) await addUser(stores, id, NOW - 2 * HOUR_MS);
  });

  const expected = [
    "unfinished deletion: d",
    "unfinished deletion: e",
    "unfinished deletion: f",
    "object without row: outputs/a/gone/0.png",
    "object without row: thumbs/c/gone/0.webp",
    "row without object: a.1",
    "unfinished generation: a-b.4",
    "row without object: c.3",
  ];

  it("finds all differences, a page at a time", async () => {
    const { found, pages } = await collect(findDifferences(stores, LATER, { pageSize: PAGE_SIZE }));
    expect(found).toEqual(expected);
    expect(pages.length).toBeGreaterThan(10);
    for (const { checked } of pages) expect(checked).toBeLessThanOrEqual(PAGE_SIZE);
    expect((await collect(findDifferences(stores, LATER))).found.toSorted()).toEqual(expected.toSorted());
  });

  it("continues at each printed cursor with the page that follows", async () => {
    const { pages } = await collect(findDifferences(stores, LATER, { pageSize: PAGE_SIZE }));
    for (const [index, { next }] of pages.entries()) {
      if (next === null) continue;
      const cursor = parseCursor(formatCursor(next));
      expect(cursor).toEqual(next);
      const continued = findDifferences(stores, LATER, { cursor: cursor ?? START, pageSize: PAGE_SIZE });
      expect((await continued.next()).value).toEqual(pages[index + 1]);
    }
  });

  it("repairs all of them", async () => {
    for await (const { differences } of findDifferences(stores, LATER, { pageSize: PAGE_SIZE })) {
      for (const difference of differences) {
        const later = { ...LATER, now: Date.now() + 48 * HOUR_MS };
        expect(await repairDifference(stores, later, difference)).toBe(true);
      }
    }
    const { found } = await collect(findDifferences(stores, LATER, { pageSize: PAGE_SIZE }));
    // The user's own object finishes a deletion.
    expect(found).toEqual(["d", "e", "f"].map((id) => `unfinished deletion: ${id}`));
    const { results } = await stores.DB.prepare(
      "select id, status, error from generations where status <> 'succeeded' order by id",
    ).all<{ id: string; status: string; error: string }>();
    expect(results.map(({ id, status, error }) => [id, status, JSON.parse(error).code])).toEqual([
      ["a-b.4", "failed", "timed_out"],
      ["a.1", "failed", "output_lost"],
      ["c.3", "failed", "output_lost"],
    ]);
  });
});

it("keeps the outputs that are stored when another one is missing", async () => {
  await addUser(stores, "a");
  const outputs = '[{"n":0,"ext":"png"},{"n":1,"ext":"png"}]';
  await addGeneration(stores, { userId: "a", id: "two", outputs, objects: 1 });
  for await (const { differences } of findDifferences(stores, LATER)) {
    for (const difference of differences) await repairDifference(stores, LATER, difference);
  }
  expect(await stores.DB.prepare("select outputs from generations").first("outputs")).toBe(
    '[{"n":0,"ext":"png"}]',
  );
});

it("ignores an account whose deletion is in progress, and removes the data of an older deletion", async () => {
  await addUser(stores, "in-progress", NOW);
  await addUser(stores, "stopped", NOW - 2 * HOUR_MS);
  for (const userId of ["in-progress", "stopped"]) {
    await addGeneration(stores, { userId, id: `${userId}.0` });
    await addGeneration(stores, { userId, id: `${userId}.1`, status: "processing", objects: 0 });
    await addGeneration(stores, { userId, id: `${userId}.2`, objects: 0 });
    await stores.OUTPUTS.put(`thumbs/${userId}/${userId}.0/0.webp`, "x");
  }
  const { found, pages } = await collect(findDifferences(stores, LIMITS));
  expect(found).toEqual(["unfinished deletion: stopped"]);
  for (const one of pages.flatMap(({ differences }) => differences))
    await repairDifference(stores, LIMITS, one);

  const { DB, OUTPUTS } = stores;
  const { results } = await DB.prepare("select distinct user_id from generations").all();
  expect(results).toEqual([{ user_id: "in-progress" }]);
  expect((await DB.prepare("select user_id from identities").all()).results).toEqual([
    { user_id: "in-progress" },
  ]);
  const { objects } = await OUTPUTS.list();
  expect(objects.map(({ key }) => key)).toEqual([
    "outputs/in-progress/in-progress.0/0.png",
    "thumbs/in-progress/in-progress.0/0.webp",
  ]);
  expect(await DB.prepare("select count(*) as n from users").first("n"), "the operator needs the row").toBe(
    2,
  );
});

it("leaves a new object without row for a day: its row may still be written", async () => {
  await stores.OUTPUTS.put("outputs/a/new/0.png", "the only copy");
  const limits = { ...LIMITS, now: Date.now(), settledBefore: Date.now() + 1_000 };
  const { found, pages } = await collect(findDifferences(stores, limits));
  expect(found).toEqual(["object without row: outputs/a/new/0.png"]);
  const [difference] = pages.flatMap(({ differences }) => differences);
  expect(await repairDifference(stores, limits, difference as Difference)).toBe(false);
  expect(await stores.OUTPUTS.head("outputs/a/new/0.png")).not.toBeNull();
});

const repair = (...args: string[]) =>
  spawnSync(process.execPath, ["scripts/repair.ts", ...args], {
    cwd: root,
    env: environment,
    encoding: "utf8",
  });

describe("npm run repair", () => {
  it.each(["", "users", "rows:a", "rows:a/b/c", "rows:a/1", "objects:other/a", "users:a/b", "pages:1"])(
    "rejects the cursor %j",
    (cursor) => {
      expect(parseCursor(cursor)).toBeNull();
    },
  );

  it("exits with 2 before it connects when the cursor is wrong", () => {
    const { status, stderr } = repair("--local", "--cursor", "rows:a");
    expect(status).toBe(2);
    expect(stderr).toContain("--cursor takes what an earlier run printed");
  });
});

/** In `npm run test:all`: it starts four runtimes. */
test.runIf(process.env["TEST_ALL"])(
  "npm run repair prints a cursor after each page of 1,000, and continues there",
  {
    timeout: 60_000,
  },
  async () => {
    const own = temporaryFolder();
    onTestFinished(() => rmSync(own, { recursive: true, force: true }));
    const opened = await openStores(own);
    await migrate(opened.stores);
    await opened.stores.DB.prepare(
      `insert into generations (id, user_id, prompt, status, created_at)
     with recursive number(i) as (select 1 union all select i + 1 from number where i < 2500)
     select printf('g%04d', i), 'u', 'p', iif(i = 2400, 'processing', 'failed'), i from number`,
    ).run();
    await opened.close();

    const whole = repair("--local", "--persist-to", own);
    expect(whole.stdout).toBe("unfinished generation: g2400\n1 found.\n");
    expect(whole.status).toBe(1);
    const cursors = [...whole.stderr.matchAll(/--cursor '([^']+)'/g)].map(([, cursor]) => cursor);
    expect(cursors).toEqual(["rows:u/1000/g1000", "rows:u/2000/g2000"]);

    const rest = repair("--local", "--persist-to", own, "--cursor", cursors[1] ?? "", "--fix");
    expect(rest.stdout).toBe("unfinished generation: g2400\n1 repaired, 0 left.\n");
    expect(rest.status).toBe(0);
  },
);
