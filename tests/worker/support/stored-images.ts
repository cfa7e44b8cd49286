import { env } from "cloudflare:workers";
import type { Visitor } from "./app.ts";

/** Content of each stored file. */
export const IMAGE_CONTENT = "x";

/** Finished generations without a job, with their files in R2. Returns their ids in the order of the list: newest first. */
export async function storedImages(user: Visitor, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  const outputs = JSON.stringify([{ n: 0, ext: "png", width: 8, height: 8 }]);
  const insert = env.DB.prepare(
    "insert into generations (id, user_id, prompt, status, outputs, created_at) values (?, ?, 'p', 'succeeded', ?, ?)",
  );
  await env.DB.batch(ids.map((id, at) => insert.bind(id, user.id, outputs, count - at)));
  await Promise.all(ids.map((id) => env.OUTPUTS.put(`outputs/${user.id}/${id}/0.png`, IMAGE_CONTENT)));
  return ids;
}
