/** Counts what Cloudflare bills, as the Worker and the objects do it. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { onTestFinished, vi } from "vitest";
import { UserStudio } from "../../../worker/studio/user-studio.ts";
import type { Visitor } from "./app.ts";

type Counts = {
  objectRequests: number;
  alarms: number;
  objectRowsRead: number;
  objectRowsWritten: number;
  d1RoundTrips: number;
  d1RowsRead: number;
  d1RowsWritten: number;
  r2ClassA: number;
  r2ClassB: number;
  transformations: number;
};

const RPC_METHODS = ["generate", "deliver", "find", "cancel", "remove", "limits", "announce"] as const;

type Patched = Record<string, (...args: never[]) => unknown>;

function patch(
  target: object,
  name: string,
  around: (real: (...args: unknown[]) => unknown, self: object, args: unknown[]) => unknown,
): void {
  const real = (target as Patched)[name] as (...args: unknown[]) => unknown;
  const spy = vi.spyOn(target as Patched, name).mockImplementation(function (
    this: object,
    ...args: unknown[]
  ) {
    return around((...given) => real.apply(this, given), this, args);
  } as never);
  onTestFinished(() => spy.mockRestore());
}

/** Begins to count; returns the counts so far. For one user's object, which has no socket. */
export async function countOperations(user: Visitor): Promise<() => Counts> {
  const counts: Counts = {
    objectRequests: 0,
    alarms: 0,
    objectRowsRead: 0,
    objectRowsWritten: 0,
    d1RoundTrips: 0,
    d1RowsRead: 0,
    d1RowsWritten: 0,
    r2ClassA: 0,
    r2ClassB: 0,
    transformations: 0,
  };
  const cursors: { rowsRead: number; rowsWritten: number }[] = [];
  countD1(counts);
  const counting = (target: object, names: readonly string[], count: keyof Counts) => {
    for (const name of names) {
      patch(target, name, (real, _, args) => {
        counts[count] += 1;
        return real(...args);
      });
    }
  };
  counting(UserStudio.prototype, RPC_METHODS, "objectRequests");
  counting(UserStudio.prototype, ["alarm"], "alarms");
  const bucket = Object.getPrototypeOf(env.OUTPUTS) as object;
  counting(bucket, ["put", "list", "createMultipartUpload"], "r2ClassA");
  counting(bucket, ["get", "head"], "r2ClassB");
  if (env.IMAGES) counting(Object.getPrototypeOf(env.IMAGES) as object, ["input"], "transformations");
  await runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) => {
    patch(Object.getPrototypeOf(storage.sql) as object, "exec", (real, __, args) => {
      const cursor = real(...args) as SqlStorageCursor<Record<string, SqlStorageValue>>;
      cursors.push(cursor);
      return cursor;
    });
    // Billed as one written row.
    counting(Object.getPrototypeOf(storage) as object, ["setAlarm"], "objectRowsWritten");
  });
  return () => ({
    ...counts,
    objectRowsRead: cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
    objectRowsWritten: cursors.reduce((sum, one) => sum + one.rowsWritten, counts.objectRowsWritten),
  });
}

function countD1(counts: Counts): void {
  const add = ({ meta }: D1Result) => {
    counts.d1RowsRead += meta.rows_read;
    counts.d1RowsWritten += meta.rows_written;
  };
  const statement = env.DB.prepare("select 1").constructor.prototype as D1PreparedStatement;
  const all = statement.all;
  patch(env.DB.constructor.prototype as object, "batch", async (real, _, args) => {
    counts.d1RoundTrips += 1;
    const results = (await real(...args)) as D1Result[];
    for (const result of results) add(result);
    return results;
  });
  for (const name of ["all", "run"]) {
    patch(statement, name, async (real) => {
      counts.d1RoundTrips += 1;
      const result = (await real()) as D1Result;
      add(result);
      return result;
    });
  }
  // Its result has no counts. No statement outside of a batch has two columns of one name.
  patch(statement, "raw", async (_, self) => {
    counts.d1RoundTrips += 1;
    const result = await all.call(self as D1PreparedStatement);
    add(result);
    return result.results.map((row) => Object.values(row as object));
  });
}
