import type { Deps } from "../use-cases/deps.ts";
import type { AppContext } from "./middleware/app-env.ts";
import { originOf } from "./middleware/origin.ts";

/** What a use case gets from an HTTP request. */
export function depsOf(c: AppContext): Deps {
  return { env: c.env, origin: originOf(c), waitUntil: (work) => c.executionCtx.waitUntil(work) };
}
