/**
 * Finds and repairs differences between D1 and R2, page by page: memory holds one page of rows and one of object names.
 * A cursor names the last item that was checked.
 */
import type { D1Database, R2Bucket, R2Objects } from "@cloudflare/workers-types";
import type { FailureCode } from "../worker/shared/generations.ts";
import { failureOf } from "../worker/api/generation.ts";
import { outputKey, userPrefixes } from "../worker/images/keys.ts";
import { DAY_MS } from "../worker/shared/time.ts";

export type Stores = { DB: D1Database; OUTPUTS: R2Bucket };
type Output = { n: number; ext: string };
type Row = { id: string; user_id: string; status: string; outputs: string; created_at: number };

export type Difference =
  | { kind: "object without row"; key: string; id: string; uploadedAt: number }
  | { kind: "row without object"; row: Row; stored: Output[] }
  | { kind: "unfinished generation"; row: Row }
  | { kind: "unfinished deletion"; userId: string };

/** Milliseconds since the epoch. */
export type Limits = {
  now: number;
  /** Younger rows, objects and deletions may still be in progress. */
  settledBefore: number;
  /** No generation that was created earlier can still be in progress. */
  deadlineBefore: number;
};

/** The three passes, in order, with the last item that was checked. */
export type Cursor =
  | { pass: "users"; id: string }
  | { pass: "objects"; key: string }
  | { pass: "rows"; userId: string; createdAt: number; id: string };

export type Page = { differences: Difference[]; checked: number; next: Cursor | null };

export const START: Cursor = { pass: "users", id: "" };
const FIRST_ROW: Cursor = { pass: "rows", userId: "", createdAt: 0, id: "" };

export function formatCursor(cursor: Cursor): string {
  switch (cursor.pass) {
    case "users":
      return `users:${cursor.id}`;
    case "objects":
      return `objects:${cursor.key}`;
    case "rows":
      return `rows:${cursor.userId}/${cursor.createdAt}/${cursor.id}`;
  }
}

export function parseCursor(text: string): Cursor | null {
  const [, pass, rest = ""] = /^(users|objects|rows):(.*)$/.exec(text) ?? [];
  if (pass === "users") return /^[^/]*$/.test(rest) ? { pass, id: rest } : null;
  if (pass === "objects")
    return rest === "" || /^(?:outputs|thumbs|uploads)\//.test(rest) ? { pass, key: rest } : null;
  const [, userId, createdAt, id] = /^([^/]*)\/(\d{1,15})\/([^/]*)$/.exec(rest) ?? [];
  if (userId === undefined || createdAt === undefined || id === undefined) return null;
  return { pass: "rows", userId, createdAt: Number(createdAt), id };
}

export async function* findDifferences(
  stores: Stores,
  limits: Limits,
  { cursor = START, pageSize = 1_000 }: { cursor?: Cursor; pageSize?: number } = {},
): AsyncGenerator<Page> {
  for (let next: Cursor | null = cursor; next !== null; ) {
    const page = await checkPage(stores, limits, next, pageSize);
    yield page;
    next = page.next;
  }
}

function checkPage(stores: Stores, limits: Limits, cursor: Cursor, pageSize: number): Promise<Page> {
  switch (cursor.pass) {
    case "users":
      return checkUsers(stores, limits, cursor.id, pageSize);
    case "objects":
      return checkObjects(stores, limits, cursor.key, pageSize);
    case "rows":
      return checkRows(stores, limits, cursor, pageSize);
  }
}

async function checkUsers({ DB }: Stores, limits: Limits, after: string, pageSize: number): Promise<Page> {
  const { results } = await DB.prepare(
    "select id, deleted_at from users where deleted_at is not null and id > ? order by id limit ?",
  )
    .bind(after, pageSize)
    .all<{ id: string; deleted_at: number }>();
  return {
    differences: results
      .filter((user) => user.deleted_at < limits.settledBefore)
      .map(({ id }) => ({ kind: "unfinished deletion", userId: id })),
    checked: results.length,
    next:
      results.length < pageSize
        ? { pass: "objects", key: "" }
        : { pass: "users", id: results.at(-1)?.id ?? after },
  };
}

async function checkObjects(stores: Stores, limits: Limits, after: string, pageSize: number): Promise<Page> {
  const { objects, truncated } = await listAfter(stores, "", after, pageSize);
  // Rows are read after objects: an image stored in between has its row by then.
  const rows = await readRows(
    stores,
    objects.map(({ key }) => placeOf(key).id),
  );
  const deleting = await readDeleting(
    stores,
    objects.map(({ key }) => placeOf(key).userId),
  );
  const differences: Difference[] = [];
  for (const { key, uploaded } of objects) {
    const { userId, id } = placeOf(key);
    const row = rows.get(id);
    const hasRow = row?.user_id === userId && row.status === "succeeded";
    // The deletion of an account removes its objects.
    if (hasRow || deleting.has(userId) || uploaded.getTime() >= limits.settledBefore) continue;
    differences.push({ kind: "object without row", key, id, uploadedAt: uploaded.getTime() });
  }
  return {
    differences,
    checked: objects.length,
    next: truncated ? { pass: "objects", key: objects.at(-1)?.key ?? after } : FIRST_ROW,
  };
}

async function checkRows(
  stores: Stores,
  limits: Limits,
  after: Extract<Cursor, { pass: "rows" }>,
  pageSize: number,
): Promise<Page> {
  // The order of the index generations_by_user.
  const { results } = await stores.DB.prepare(
    `select id, user_id, status, outputs, created_at from generations
     where (user_id, created_at, id) > (?, ?, ?) order by user_id, created_at, id limit ?`,
  )
    .bind(after.userId, after.createdAt, after.id, pageSize)
    .all<Row>();
  const deleting = await readDeleting(
    stores,
    results.map((row) => row.user_id),
  );
  const rows = results.filter((row) => !deleting.has(row.user_id));
  const isUnfinished = ({ status, created_at }: Row) =>
    (status === "queued" || status === "processing") && created_at < limits.deadlineBefore;
  const differences: Difference[] = rows
    .filter(isUnfinished)
    .map((row) => ({ kind: "unfinished generation", row }));
  const succeeded = rows.filter((row) => row.status === "succeeded" && row.created_at < limits.settledBefore);
  for (const [userId, own = []] of Object.entries(Object.groupBy(succeeded, (row) => row.user_id))) {
    differences.push(...(await findMissingObjects(stores, userId, own)));
  }
  const last = results.at(-1);
  return {
    differences,
    checked: results.length,
    next:
      last === undefined || results.length < pageSize
        ? null
        : { pass: "rows", userId: last.user_id, createdAt: last.created_at, id: last.id },
  };
}

/**
 * One list finds up to 1,000 objects, so it is tried before single reads. It ends with the last expected key; what it
 * did not find is read singly, so no conclusion depends on its order.
 */
async function findMissingObjects(stores: Stores, userId: string, rows: Row[]): Promise<Difference[]> {
  const missing = new Set(rows.flatMap((row) => outputsOf(row).map((output) => keyOf(row, output))));
  const keys = [...missing].sort();
  const [first = "", last = ""] = [keys[0], keys.at(-1)];
  const prefix = userPrefixes(userId)[0] ?? "";
  for (let after = first.slice(0, first.lastIndexOf("/")), isDone = missing.size === 0; !isDone; ) {
    const { objects, truncated } = await listAfter(stores, prefix, after, 1_000);
    for (const { key } of objects) missing.delete(key);
    after = objects.at(-1)?.key ?? last;
    isDone = !truncated || missing.size === 0 || after >= last;
  }
  const differences: Difference[] = [];
  for (const row of rows) {
    const outputs = outputsOf(row);
    const stored: Output[] = [];
    for (const output of outputs) {
      const key = keyOf(row, output);
      if (!missing.has(key) || (await stores.OUTPUTS.head(key)) !== null) stored.push(output);
    }
    if (stored.length > 0 && stored.length === outputs.length) continue;
    // A generation that its user has deleted meanwhile is no difference.
    const current = (await readRows(stores, [row.id])).get(row.id);
    if (current?.status === "succeeded") differences.push({ kind: "row without object", row, stored });
  }
  return differences;
}

const outputsOf = (row: Row) => JSON.parse(row.outputs) as Output[];
const keyOf = (row: Row, { n, ext }: Output) =>
  outputKey({ userId: row.user_id, generationId: row.id }, n, ext);

function placeOf(key: string): { userId: string; id: string } {
  const [, userId = "", id = ""] = key.split("/");
  return { userId, id };
}

function listAfter({ OUTPUTS }: Stores, prefix: string, after: string, limit: number): Promise<R2Objects> {
  return OUTPUTS.list({ prefix, limit, ...(after !== "" && { startAfter: after }) });
}

type Known = Pick<Row, "id" | "user_id" | "status">;

/** The ids are one JSON parameter: D1 allows 100 parameters per query. */
async function readRows({ DB }: Stores, ids: string[]): Promise<Map<string, Known>> {
  const { results } = await DB.prepare(
    "select id, user_id, status from generations where id in (select value from json_each(?))",
  )
    .bind(JSON.stringify([...new Set(ids)]))
    .all<Known>();
  return new Map(results.map((row) => [row.id, row]));
}

/** The users whose account is being deleted. */
async function readDeleting({ DB }: Stores, userIds: string[]): Promise<Set<string>> {
  const { results } = await DB.prepare(
    "select id from users where deleted_at is not null and id in (select value from json_each(?))",
  )
    .bind(JSON.stringify([...new Set(userIds)]))
    .all<{ id: string }>();
  return new Set(results.map(({ id }) => id));
}

/** Each write repeats what was found as its condition, so that it does not undo a later change. False: not yet safe. */
export async function repairDifference(
  stores: Stores,
  { now }: Limits,
  difference: Difference,
): Promise<boolean> {
  const { DB, OUTPUTS } = stores;
  switch (difference.kind) {
    case "object without row": {
      const row = (await readRows(stores, [difference.id])).get(difference.id);
      const isFinal = row?.status === "failed" || row?.status === "canceled";
      // A job retries writing its row for at least a day. Until then the object may be the only copy of the image.
      if (row?.status === "succeeded" || (!isFinal && difference.uploadedAt > now - DAY_MS)) return false;
      await OUTPUTS.delete(difference.key);
      return true;
    }
    case "unfinished deletion":
      await deleteAccountData(stores, difference.userId);
      return true;
    case "unfinished generation":
      await fail("timed_out", difference.row);
      return true;
    case "row without object":
      if (difference.stored.length === 0) await fail("output_lost", difference.row);
      else {
        await DB.prepare("update generations set outputs = ? where id = ? and outputs = ?")
          .bind(JSON.stringify(difference.stored), difference.row.id, difference.row.outputs)
          .run();
      }
      return true;
  }

  async function fail(code: FailureCode, row: Row): Promise<void> {
    await DB.prepare(
      `update generations set status = 'failed', error = ?, output_url = null, outputs = '[]', completed_at = ?
       where id = ? and status = ? and outputs = ?`,
    )
      .bind(JSON.stringify(failureOf(code)), now, row.id, row.status, row.outputs)
      .run();
  }
}

/** Keeps the user's row, which an operator needs to start the deletion again in the user's object. */
async function deleteAccountData(stores: Stores, userId: string): Promise<void> {
  const { DB, OUTPUTS } = stores;
  for (const prefix of userPrefixes(userId)) {
    for (let isDone = false; !isDone; ) {
      const { objects, truncated } = await listAfter(stores, prefix, "", 1_000);
      if (objects.length > 0) await OUTPUTS.delete(objects.map(({ key }) => key));
      isDone = !truncated;
    }
  }
  const deletingUser = "(select id from users where id = ? and deleted_at is not null)";
  await DB.batch([
    DB.prepare(`delete from identities where user_id in ${deletingUser}`).bind(userId),
    DB.prepare(`delete from generations where user_id in ${deletingUser}`).bind(userId),
  ]);
}
