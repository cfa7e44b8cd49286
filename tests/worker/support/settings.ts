/** Gives one user's object other settings than the rest of the studio, for as long as it stays in memory. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Visitor } from "./app.ts";

export async function set(user: Visitor, settings: Record<string, unknown>): Promise<void> {
  await runInDurableObject(env.STUDIO.getByName(user.id), (studio) => {
    const holder = studio as unknown as { env: Env; sharedContext: null };
    holder.env = new Proxy(env, {
      get: (target, name) => Reflect.get(settings, name) ?? Reflect.get(target, name),
    });
    holder.sharedContext = null;
  });
}
