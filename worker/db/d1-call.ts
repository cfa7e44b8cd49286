/** Runs every D1 call: its time limit, its retries, and whether a failure is an outage or a bug. */
import { DrizzleQueryError } from "drizzle-orm/errors";
import { bounded, TimeoutError } from "../lib/async.ts";
import { D1_READ_TIMEOUT_MS, D1_RETRY_DELAYS_MS, D1_WRITE_TIMEOUT_MS } from "../config/limits.ts";
import { StorageUnavailable } from "../api/problem.ts";

/**
 * Errors after which Cloudflare says to repeat the statement.
 * https://developers.cloudflare.com/d1/observability/debug-d1/ and /d1/best-practices/retry-queries/
 */
const TRANSIENT =
  /network connection lost|caused object to be reset|reset because its code was updated|storage operation exceeded timeout|internal error in D1|transient issue on remote node/i;

/** SQLite or D1 rejects the statement itself: repeating it cannot help, and no outage explains it. */
const REJECTED =
  /SQLITE_(?:ERROR|CONSTRAINT|MISMATCH|RANGE|TOOBIG|AUTH)|constraint failed|no such (?:table|column|index)|has no column|syntax error|too many (?:SQL variables|columns)|D1_(?:TYPE_ERROR|COLUMN_NOTFOUND)/i;

/** Runs a read. D1 itself repeats reads after a temporary error, so it is not repeated here. */
export async function read<T>(run: () => PromiseLike<T>): Promise<T> {
  try {
    return await bounded(started(run), D1_READ_TIMEOUT_MS);
  } catch (error) {
    throw classified(error);
  }
}

/**
 * Runs a write, and repeats it after a transient error: it may have been applied all the same, so it must be
 * idempotent. `isRepeat`: an earlier attempt may have been applied.
 */
export async function write<T>(run: (isRepeat: boolean) => PromiseLike<T>): Promise<T> {
  try {
    return await bounded(repeated(run), D1_WRITE_TIMEOUT_MS);
  } catch (error) {
    throw classified(error);
  }
}

/** Deletes rows. True: there were some, or an attempt whose response was lost may have deleted them. */
export const writeDeletion = (run: () => PromiseLike<unknown[]>) =>
  write(async (isRepeat) => (await run()).length > 0 || isRepeat);

async function repeated<T>(run: (isRepeat: boolean) => PromiseLike<T>): Promise<T> {
  const deadline = Date.now() + D1_WRITE_TIMEOUT_MS;
  for (const [attempt, delay] of D1_RETRY_DELAYS_MS.entries()) {
    try {
      return await run(attempt > 0);
    } catch (error) {
      // After the time limit the caller has continued; a retry could overwrite a later write.
      if (Date.now() >= deadline || !TRANSIENT.test(messagesOf(error))) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, delay * (0.5 + Math.random())));
  }
  return run(true);
}

/** Also turns an exception thrown while the statement is prepared into a rejection. */
async function started<T>(run: () => PromiseLike<T>): Promise<T> {
  return run();
}

/** `StorageUnavailable` for an outage; the error itself for a bug, for which `app.onError` returns 500 `internal`. */
function classified(error: unknown): unknown {
  if (error instanceof TimeoutError) return unavailable(error);
  return isBug(error) ? error : unavailable(error);
}

const unavailable = (cause: unknown) => new StorageUnavailable("D1 call failed", { cause });

function isBug(error: unknown): boolean {
  const messages = messagesOf(error);
  if (TRANSIENT.test(messages)) return false;
  return REJECTED.test(messages) || causesOf(error).some((cause) => cause instanceof TypeError);
}

/** The messages of an error and its causes. Drizzle's own quotes the statement's values, such as a prompt. */
function messagesOf(error: unknown): string {
  return causesOf(error)
    .filter((cause) => !(cause instanceof DrizzleQueryError))
    .map(String)
    .join("\n");
}

function causesOf(error: unknown): unknown[] {
  return error instanceof Error && error.cause !== undefined ? [error, ...causesOf(error.cause)] : [error];
}
