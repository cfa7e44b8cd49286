import { env } from "cloudflare:workers";
import type { Visitor } from "./app.ts";

/** What is stored of an old image. */
export const OLD_PIXELS = "x";

/** Finished images whose jobs were swept long ago, with their objects; newest first, as the list has them. */
export async function oldPictures(user: Visitor, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  const outputs = JSON.stringify([{ n: 0, ext: "png", width: 8, height: 8 }]);
  const insert = env.DB.prepare(
    "insert into generations (id, user_id, prompt, status, outputs, created_at) values (?, ?, 'p', 'succeeded', ?, ?)",
  );
  await env.DB.batch(ids.map((id, at) => insert.bind(id, user.id, outputs, count - at)));
  await Promise.all(ids.map((id) => env.OUTPUTS.put(`outputs/${user.id}/${id}/0.png`, OLD_PIXELS)));
  return ids;
}
