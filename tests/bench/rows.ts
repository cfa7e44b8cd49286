/** The rows that a page of the gallery reads, as counted by D1, with a hundred generations and with a million. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getPlatformProxy } from "wrangler";
import { environment, root, TOOLS } from "../../scripts/run.ts";
import { databaseFor } from "../../worker/db/client.ts";
import type { Position } from "../../worker/api/cursor.ts";
import { galleryPage } from "../../worker/db/gallery.ts";
import type { Filters } from "../../worker/db/gallery-plan.ts";
import { runWithUser } from "../../worker/db/user-read.ts";
import type { Measure } from "./measure.ts";

/** Half of them belong to one user, and are in one collection; every 50th is shared and has the seed 7. */
const SIZES = [100, 1_000_000];
const CHUNK = 100_000;
const OWNER = "owner";
const PAGE = 24;
/** The page, one row that shows whether there is a next page, and the user. */
const PAGE_LIMIT = PAGE + 2;
const SCAN_LIMIT = 5_000;
/** A page of items, the generation of each, and the user. */
const COLLECTION_LIMIT = 2 * (PAGE + 1) + 2;
const COLLECTION = "collection";

type Case = { what: string; filters: Filters; after?: Position; limit: number };

const PAGES: Case[] = (["newest", "oldest"] as const).flatMap((sort) => [
  { what: `all, ${sort} first`, filters: { sort }, limit: PAGE_LIMIT },
  { what: `shared ones, ${sort} first`, filters: { shared: true, sort }, limit: PAGE_LIMIT },
  { what: `a seed, ${sort} first`, filters: { q: "seed:7", sort }, limit: PAGE_LIMIT },
  {
    what: `in a collection, ${sort} first`,
    filters: { collection: COLLECTION, sort },
    limit: COLLECTION_LIMIT,
  },
]);
/** Of a database with this many generations, which were created at 1, 2, 3 … */
const casesOf = (rows: number): Case[] => [
  ...PAGES,
  ...PAGES.map((page) => ({
    ...page,
    what: `${page.what}, in the middle`,
    after: { createdAt: rows / 2, id: "" },
  })),
  {
    what: "search in a collection, none matches",
    filters: { q: "zebra", collection: COLLECTION },
    limit: SCAN_LIMIT,
  },
  { what: "first page", filters: {}, limit: PAGE_LIMIT },
  {
    what: "page after nine tenths",
    filters: {},
    after: { createdAt: rows / 10, id: "" },
    limit: PAGE_LIMIT,
  },
  { what: "one model", filters: { model: "truefusion-edge" }, limit: PAGE_LIMIT },
  { what: "favorites", filters: { favorite: true }, limit: PAGE_LIMIT },
  { what: "a time range", filters: { from: rows / 5, to: (rows * 3) / 10 }, limit: PAGE_LIMIT },
  { what: "search, every image matches", filters: { q: "lake" }, limit: SCAN_LIMIT },
  { what: "search, one in 1,000 matches", filters: { q: "heron" }, limit: SCAN_LIMIT },
  { what: "search, none matches", filters: { q: "zebra" }, limit: SCAN_LIMIT },
  { what: "search in favorites", filters: { q: "zebra", favorite: true }, limit: SCAN_LIMIT },
  { what: "failed ones, if there are none", filters: { status: "failed" }, limit: SCAN_LIMIT },
];

export async function measureRows(): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const rows of SIZES) measures.push(...(await measureSize(rows)));
  return measures;
}

async function measureSize(rows: number): Promise<Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), "rows-"));
  const stateArgs = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", folder];
  execFileSync(process.execPath, [TOOLS.wrangler, ...stateArgs], {
    cwd: root,
    env: environment,
    stdio: "pipe",
  });
  const proxy = await getPlatformProxy<{ DB: D1Database }>({
    configPath: join(root, "wrangler.toml"),
    persist: { path: join(folder, "v3") },
  });
  try {
    await seed(proxy.env.DB, rows);
    const counted = countReads(proxy.env.DB);
    const measures: Measure[] = [];
    for (const { what, filters, after, limit } of casesOf(rows)) {
      const value = await counted(async (db) => {
        const database = databaseFor({ DB: db }, OWNER);
        await runWithUser(database, OWNER, galleryPage(database, OWNER, PAGE, after ?? null, filters));
      });
      measures.push({ what: `${rows.toLocaleString("en")} rows: ${what}`, value, unit: "rows", limit });
    }
    return measures;
  } finally {
    await proxy.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function seed(db: D1Database, rows: number): Promise<void> {
  for (const id of [OWNER, "other"]) {
    await db
      .prepare("insert into users (id, email, created_at) values (?, ?, 0)")
      .bind(id, `${id}@example.com`)
      .run();
  }
  await db
    .prepare(
      `insert into collections (id, user_id, name, created_at) values ('${COLLECTION}', '${OWNER}', 'All', 0)`,
    )
    .run();
  for (let start = 0; start < rows; start += CHUNK) {
    await db
      .prepare(
        `with recursive number(i) as (select ?1 union all select i + 1 from number where i < ?2)
         insert into generations (id, user_id, prompt, prompt_folded, model, status, favorite, share_token, options, created_at)
         select 'image-' || i, iif(i % 2, 'other', '${OWNER}'),
           'A quiet lake ' || i || iif(i % 1000 = 0, ', a heron', ''),
           'a quiet lake ' || i || iif(i % 1000 = 0, ', a heron', ''),
           iif(i % 3, 'truefusion-pro', 'truefusion-edge'), 'succeeded', i % 50 = 0,
           iif(i % 50 = 0, 'token-' || i, null), iif(i % 50 = 0, '{"seed":7}', '{}'), i from number`,
      )
      .bind(start + 1, Math.min(rows, start + CHUNK))
      .run();
    await db
      .prepare(
        `insert into collection_items (collection_id, user_id, created_at, generation_id)
         select '${COLLECTION}', user_id, created_at, id from generations
         where user_id = '${OWNER}' and created_at > ?1 and created_at <= ?2`,
      )
      .bind(start, start + CHUNK)
      .run();
  }
}

/** Runs `work` with a proxy of the database, and returns the rows that its statements read. */
function countReads(real: D1Database) {
  return async (work: (db: D1Database) => Promise<void>): Promise<number> => {
    let read = 0;
    const db = new Proxy(real, {
      get(target, name) {
        if (name !== "batch") {
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === "function" ? value.bind(target) : value;
        }
        return async (statements: D1PreparedStatement[]) => {
          const results = await target.batch(statements);
          for (const { meta } of results) read += meta.rows_read;
          return results;
        };
      },
    });
    await work(db);
    return read;
  };
}
