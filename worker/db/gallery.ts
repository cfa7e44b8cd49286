/**
 * Pages of a user's generations: filtered and sorted by time.
 *
 * A request reads the rows of its page and one more if an index answers the filters. Otherwise it looks through a limited
 * number of rows (`maxScanRows`) and reads each at most twice, so such a page can be short or empty before the end of the
 * list: the client continues at `next`.
 */
import { and, getTableColumns, gte, lt, type SQL, sql } from "drizzle-orm";
import type { Position } from "../api/cursor.ts";
import type { GenerationRecord } from "../api/generation.ts";
import { foldText } from "../shared/fold-text.ts";
import { seedIn } from "../shared/seed-search.ts";
import type { Database } from "./client.ts";
import { type Filters, queryPlanOf } from "./gallery-plan.ts";
import { type GenerationRow, recordOf } from "./generations.ts";
import { generations } from "./schema.ts";
import { type UserRead, userRead } from "./user-read.ts";

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
  if (q === undefined || promptFolded !== null || seedIn(q) !== null) return true;
  return foldText(prompt).includes(foldText(q));
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

/**
 * At most `count` rows that match (`is_found` 1). If `maxScanRows` ended the scan, the last scanned row follows
 * (`is_found` 0), for the cursor.
 */
function pageRows(userId: string, count: number, after: Position | null, filters: Filters): SQL {
  const { rows, positions, createdAt, id, byIndex, byScan, maxScanRows } = queryPlanOf(userId, filters);
  const isNewestFirst = filters.sort !== "oldest";
  const order = isNewestFirst
    ? sql`order by ${createdAt} desc, ${id} desc`
    : sql`order by ${createdAt}, ${id}`;
  const isAfter = (start: SQL) =>
    isNewestFirst ? sql`(${createdAt}, ${id}) < ${start}` : sql`(${createdAt}, ${id}) > ${start}`;

  const start = startOf(after, filters);
  const candidates = and(byIndex, endOf(createdAt, filters));
  const fromStart = start ? and(candidates, isAfter(sql`(${start.createdAt}, ${start.id})`)) : candidates;
  if (!byScan) {
    return sql`select generations.*, 1 as is_found from ${rows} where ${fromStart} ${order} limit ${count}`;
  }
  // min() or max() over one text finds the last scanned position in one pass; sorting would read each row once more. SQLite
  // runs the second part of the union only if the first returned fewer rows than the limit.
  const last = sql.raw(isNewestFirst ? "min" : "max");
  return sql`
    select *, 1 as is_found from (
      select generations.* from ${rows} where ${fromStart} ${order} limit ${maxScanRows}
    ) as generations where ${byScan}
    union all
    select *, 0 as is_found from generations where id = (
      select substr(last, 16) from (
        select ${last}(printf('%015d', created_at) || id) as last from (
          select ${createdAt} as created_at, ${id} as id from ${positions}
          where ${fromStart} ${order} limit ${maxScanRows}
        )
      ) where exists (
        select 1 from ${positions}
        where ${candidates} and ${isAfter(sql`(cast(substr(last, 1, 15) as integer), substr(last, 16))`)}
      )
    )
    limit ${count}`;
}

/**
 * Where to start: after the cursor, or at `to` (newest first) or `from` (oldest first) if that is further. An empty id
 * sorts before all others.
 */
function startOf(after: Position | null, { sort, from, to }: Filters): Position | null {
  const isNewestFirst = sort !== "oldest";
  const limit = isNewestFirst ? to : from;
  if (limit === undefined) return after;
  const isCursorFurther =
    after !== null && (isNewestFirst ? after.createdAt < limit : after.createdAt >= limit);
  return isCursorFurther ? after : { createdAt: limit, id: "" };
}

/** Where the list ends. */
function endOf(createdAt: SQL, { sort, from, to }: Filters): SQL | undefined {
  if (sort === "oldest") return to === undefined ? undefined : lt(createdAt, to);
  return from === undefined ? undefined : gte(createdAt, from);
}
