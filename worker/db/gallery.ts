/**
 * A user's pictures, filtered, newest first.
 *
 * Promise: a request reads a page and one more row where an index answers the filters, and at most twice
 * `MAX_SCAN_ROWS` where it has to look through them. The price: such a page may be short or empty and yet not the
 * last; who asks goes on from `next`.
 */
import { and, desc, eq, getTableColumns, gte, type SQL, Subquery, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/sqlite-core";
import type { GenerationStatus } from "../shared/generations.ts";
import type { ModelId } from "../shared/models.ts";
import { foldText } from "../shared/fold-text.ts";
import { MAX_SCAN_ROWS } from "../config/limits.ts";
import type { GenerationRecord } from "../api/generation.ts";
import type { Database } from "./client.ts";
import { read } from "./query.ts";
import { type GenerationRow, recordOf } from "./generations.ts";
import { generations, users } from "./schema.ts";
import type { UserRow } from "./users.ts";

/** A place in the list: what follows is strictly older. */
export type Position = { createdAt: number; id: string };

/** What is left out lets everything pass. Times are milliseconds since the epoch. */
export type Filters = {
  q?: string | undefined;
  model?: ModelId | undefined;
  status?: GenerationStatus | undefined;
  favorite?: boolean | undefined;
  /** Inclusive. */
  from?: number | undefined;
  /** Exclusive. */
  to?: number | undefined;
};

type Page = { user: UserRow | undefined; records: GenerationRecord[]; next: Position | null };

/** The user and a page of at most `limit` of their generations, strictly after `after`. */
export async function listGenerations(
  db: Database,
  userId: string,
  limit: number,
  after: Position | null,
  filters: Filters = {},
): Promise<Page> {
  // One more than asked for tells whether there is a next page.
  const [[user], rows] = await read(() =>
    db.batch([
      db.select().from(users).where(eq(users.id, userId)),
      candidates(db, userId, limit + 1, after, filters),
    ]),
  );
  const found = rows.filter((row) => row.isFound);
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : rows.find((row) => !row.isFound);
  return {
    user,
    records: page.filter((row) => isMatch(row, filters.q)).map(recordOf),
    next: last ? { createdAt: last.createdAt, id: last.id } : null,
  };
}

/** D1 lets pass what was never folded; it is compared here. */
function isMatch({ prompt, promptFolded }: GenerationRow, q: string | undefined): boolean {
  return q === undefined || promptFolded !== null || foldText(prompt).includes(foldText(q));
}

const columns = getTableColumns(generations);
const newestFirst = [desc(generations.createdAt), desc(generations.id)];
const isFound = (value: 0 | 1) => sql<number>`${sql.raw(String(value))}`.as("is_found");

/**
 * The rows that match, at most `count`. Where they are fewer because the scan came to its bound before the list came
 * to its end, the last row that was looked at follows, with `isFound` 0.
 */
function candidates(db: Database, userId: string, count: number, after: Position | null, filters: Filters) {
  const { index, answered, open } = planOf(filters);
  // Said, not left to the planner: without statistics it prefers a range of time to the index of the filter.
  const indexed = sql`${generations} indexed by ${sql.identifier(index)}`;
  const table = new Subquery(sql`select * from ${indexed}`, columns, "generations");
  const start = startOf(after, filters.to);
  const place = sql`(${generations.createdAt}, ${generations.id})`;
  const within = and(
    eq(generations.userId, userId),
    answered,
    filters.from === undefined ? undefined : gte(generations.createdAt, filters.from),
  );
  const range = start ? and(within, sql`${place} < (${start.createdAt}, ${start.id})`) : within;

  if (!open) {
    return db
      .select({ ...columns, isFound: isFound(1) })
      .from(table)
      .where(range)
      .orderBy(...newestFirst)
      .limit(count);
  }
  const scanned = db
    .select(columns)
    .from(table)
    .where(range)
    .orderBy(...newestFirst)
    .limit(MAX_SCAN_ROWS)
    .as("generations");
  // The least of them in one pass: sorted, or numbered by a window, each row would be read once more.
  const lastPlace = sql`
    select min(printf('%015d', created_at) || id) as place
    from (select created_at, id from ${indexed} where ${range} order by created_at desc, id desc limit ${MAX_SCAN_ROWS})`;
  const lastId = sql`substr(last.place, 16)`;
  const isMore = sql`exists (
    select 1 from ${indexed} where ${within} and ${place} < (cast(substr(last.place, 1, 15) as integer), ${lastId}))`;
  // The second half runs only if the first came short of the limit.
  return unionAll(
    db
      .select({ ...columns, isFound: isFound(1) })
      .from(scanned)
      .where(open),
    db
      .select({ ...columns, isFound: isFound(0) })
      .from(new Subquery(sql`select * from ${generations}`, columns, "generations"))
      .where(eq(generations.id, sql`(select ${lastId} from (${lastPlace}) as last where ${isMore})`)),
  ).limit(count);
}

type Plan = {
  index: "generations_by_user" | "generations_by_model" | "generations_by_favorite";
  /** What the index answers, besides the user and the time. */
  answered: SQL | undefined;
  /** What has to be looked at row by row. */
  open: SQL | undefined;
};

function planOf({ q, model, status, favorite }: Filters): Plan {
  const isModel = model === undefined ? undefined : eq(generations.model, model);
  const others = [
    status === undefined ? undefined : eq(generations.status, status),
    // Never LIKE or GLOB: D1 throws for patterns over 50 bytes.
    q === undefined
      ? undefined
      : sql`(${generations.promptFolded} is null or instr(${generations.promptFolded}, ${foldText(q)}) > 0)`,
  ];
  if (favorite === true) {
    // A literal: a partial index is used only where the statement itself says its condition.
    const answered = sql`${generations.favorite} = 1`;
    return { index: "generations_by_favorite", answered, open: and(isModel, ...others) };
  }
  const open = and(favorite === undefined ? undefined : eq(generations.favorite, false), ...others);
  return isModel
    ? { index: "generations_by_model", answered: isModel, open }
    : { index: "generations_by_user", answered: undefined, open };
}

/** Where to start: after the cursor, or at `to` if that is older. No id is smaller than the empty one. */
function startOf(after: Position | null, to: number | undefined): Position | null {
  if (to === undefined || (after !== null && after.createdAt < to)) return after;
  return { createdAt: to, id: "" };
}
