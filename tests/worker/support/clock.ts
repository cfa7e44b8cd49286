/** The clock of a user's object: moved by a test instead of waited for. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Visitor } from "./app.ts";

/** Moves the clock of the object's current instance forward, and fires its alarm. */
export async function advance(user: Visitor, ms: number): Promise<void> {
  const stub = env.STUDIO.getByName(user.id);
  await runInDurableObject(stub, (studio) => {
    const clock = studio as unknown as { now: () => number };
    const before = clock.now;
    clock.now = () => before() + ms;
  });
  await runDurableObjectAlarm(stub);
}
