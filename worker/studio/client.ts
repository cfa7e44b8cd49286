/** Calls to a user's object. */
import { logError, reasonOf } from "../lib/log.ts";
import type { UserStudio } from "./user-studio.ts";

type Studio = DurableObjectStub<UserStudio>;

/** The object of this user. A fresh stub each time: a stub whose object failed stays broken. */
export function studioOf(env: Env, userId: string): Studio {
  return (env.STUDIO as DurableObjectNamespace<UserStudio>).getByName(userId);
}

/**
 * Calls the user's object, and once more if it was reset or the connection was lost: `call` must be idempotent.
 * An overloaded object is not called again (https://developers.cloudflare.com/durable-objects/best-practices/error-handling/).
 */
export async function callStudio<R>(
  env: Env,
  userId: string,
  call: (studio: Studio) => R,
): Promise<Awaited<R>> {
  try {
    return await call(studioOf(env, userId));
  } catch (error) {
    if (!isMarked(error, "retryable", "durableObjectReset") || isMarked(error, "overloaded")) throw error;
    return await call(studioOf(env, userId));
  }
}

/** Calls the object after the response, to push a change to open studios. A studio that misses it asks when it reconnects. */
export function announceLater(
  { env, waitUntil }: { env: Env; waitUntil: (work: Promise<unknown>) => void },
  userId: string,
  call: (studio: Studio) => Promise<void>,
): void {
  waitUntil(
    callStudio(env, userId, call).catch((error: unknown) =>
      logError("announce_failed", { user: userId, reason: reasonOf(error) }),
    ),
  );
}

/** Whether the platform marks the error of an object's call as one that a later call may not meet. */
export function isTransientObjectError(error: unknown): boolean {
  return isMarked(error, "retryable", "overloaded", "durableObjectReset");
}

function isMarked(error: unknown, ...marks: string[]): boolean {
  return error instanceof Error && marks.some((mark) => Reflect.get(error, mark) === true);
}
