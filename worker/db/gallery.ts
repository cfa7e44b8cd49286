/**
 * Pages of a user's generations: filtered, newest first.
 *
 * A request reads the rows of its page and one more if an index answers the filters. Otherwise it looks through at most
 * `MAX_SCAN_ROWS` rows and reads each at most twice, so such a page can be short or empty before the end of the list:
 * the client continues at `next`.
 */
import { and, eq, getTableColumns, gte, type SQL, sql } from "drizzle-orm";
import type { Position } from "../api/cursor.ts";
import type { GenerationRecord } from "../api/generation.ts";
import { MAX_SCAN_ROWS } from "../config/limits.ts";
import type { GenerationStatus } from "../shared/generations.ts";
import type { ModelId } from "../shared/models.ts";
import { foldText } from "../shared/fold-text.ts";
import type { Database } from "./client.ts";
import { type GenerationRow, recordOf } from "./generations.ts";
import { generations } from "./schema.ts";
import { type UserRead, userRead } from "./user-read.ts";

/** Filters combine; an absent one excludes nothing. Times are milliseconds since 1970. */
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

type Page = { records: GenerationRecord[]; next: Position | null };

/** A page of at most `limit` generations after `after`, which is not part of it. */
export function galleryPage(
  db: Database,
  userId: string,
  limit: number,
  after: Position | null,
  filters: Filters = {},
): UserRead<Page> {
  // One row more than the page shows whether there is another page.
  const rows = sql`(${pageRows(userId, limit + 1, after, filters)})`;
  return userRead([db.select({ ...fields, isFound }).from(rows)], ([read]) => {
    const found = read.filter((row) => row.isFound === 1);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : read.find((row) => row.isFound === 0);
    return {
      records: page.filter((row) => isMatch(row, filters.q)).map(recordOf),
      next: last ? { createdAt: last.createdAt, id: last.id } : null,
    };
  });
}

/** SQL lets rows without a folded prompt pass; they are compared here. */
function isMatch({ prompt, promptFolded }: GenerationRow, q: string | undefined): boolean {
  return q === undefined || promptFolded !== null || foldText(prompt).includes(foldText(q));
}

type Fields = { [Name in keyof GenerationRow]: SQL<GenerationRow[Name]> };

/** The columns of a statement in SQL, read as those of the table. */
const fields = Object.fromEntries(
  Object.entries(getTableColumns(generations)).map(([name, column]) => [
    name,
    sql`${sql.identifier(column.name)}`.mapWith(column),
  ]),
) as Fields;
const isFound = sql<0 | 1>`is_found`;

const newestFirst = sql.raw("order by created_at desc, id desc");

/** At most `count` rows that match; after them, if the scan stopped before the end of the list, the row where it did. */
function pageRows(userId: string, count: number, after: Position | null, filters: Filters): SQL {
  const { index, byIndex, byScan } = queryPlanOf(filters);
  // Without statistics SQLite would choose the index by time even where the filter's own index is better.
  const table = sql.raw(`generations indexed by ${index}`);
  const start = startOf(after, filters.to);
  const candidates = and(
    eq(generations.userId, userId),
    byIndex,
    filters.from === undefined ? undefined : gte(generations.createdAt, filters.from),
  );
  const fromStart = start
    ? and(candidates, sql`(created_at, id) < (${start.createdAt}, ${start.id})`)
    : candidates;
  if (!byScan) {
    return sql`select *, 1 as is_found from ${table} where ${fromStart} ${newestFirst} limit ${count}`;
  }
  // min() over one text finds the last scanned position in one pass; sorting would read each row once more. SQLite runs
  // the second part of the union only if the first returned fewer rows than the limit.
  return sql`
    select *, 1 as is_found from (
      select * from ${table} where ${fromStart} ${newestFirst} limit ${MAX_SCAN_ROWS}
    ) as generations where ${byScan}
    union all
    select *, 0 as is_found from generations where id = (
      select substr(last, 16) from (
        select min(printf('%015d', created_at) || id) as last from (
          select created_at, id from ${table} where ${fromStart} ${newestFirst} limit ${MAX_SCAN_ROWS}
        )
      ) where exists (
        select 1 from ${table}
        where ${candidates} and (created_at, id) < (cast(substr(last, 1, 15) as integer), substr(last, 16))
      )
    )
    limit ${count}`;
}

type QueryPlan = {
  index: "generations_by_user" | "generations_by_model" | "generations_by_favorite";
  /** Conditions that the index answers, in addition to user and time. */
  byIndex: SQL | undefined;
  /** Conditions that are compared row by row. */
  byScan: SQL | undefined;
};

function queryPlanOf({ q, model, status, favorite }: Filters): QueryPlan {
  const isModel = model === undefined ? undefined : eq(generations.model, model);
  const others = [
    status === undefined ? undefined : eq(generations.status, status),
    // Not LIKE or GLOB: D1 rejects patterns over 50 bytes.
    q === undefined
      ? undefined
      : sql`(${generations.promptFolded} is null or instr(${generations.promptFolded}, ${foldText(q)}) > 0)`,
  ];
  if (favorite === true) {
    // A literal: SQLite uses a partial index only if the statement contains its condition.
    const byIndex = sql`${generations.favorite} = 1`;
    return { index: "generations_by_favorite", byIndex, byScan: and(isModel, ...others) };
  }
  const byScan = and(favorite === undefined ? undefined : eq(generations.favorite, false), ...others);
  return isModel
    ? { index: "generations_by_model", byIndex: isModel, byScan }
    : { index: "generations_by_user", byIndex: undefined, byScan };
}

/** Where to start: after the cursor, or at `to` if that is older. An empty id sorts before all others. */
function startOf(after: Position | null, to: number | undefined): Position | null {
  if (to === undefined || (after !== null && after.createdAt < to)) return after;
  return { createdAt: to, id: "" };
}
