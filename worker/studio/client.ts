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

/**
 * Whether a later call may not meet the error of an object's call: the platform marks it so, or the object still runs the
 * version before, which does not have the method.
 */
export function isTransientObjectError(error: unknown): boolean {
  return isMarked(error, "retryable", "overloaded", "durableObjectReset") || isMethodMissing(error);
}

/** The words of workerd. */
const isMethodMissing = (error: unknown) =>
  error instanceof TypeError && error.message.startsWith("The RPC receiver does not implement");

function isMarked(error: unknown, ...marks: string[]): boolean {
  return error instanceof Error && marks.some((mark) => Reflect.get(error, mark) === true);
}
