import type { Context } from "hono";
import type { AppEnv } from "./app-env.ts";

/** Whether one more is within the limiter's rate for this client's address. A limiter that errors lets pass. */
export async function isWithinRate(limiter: RateLimit | undefined, c: Context<AppEnv>): Promise<boolean> {
  try {
    return (await limiter?.limit({ key: c.req.header("cf-connecting-ip") ?? "local" }))?.success ?? true;
  } catch {
    return true;
  }
}
