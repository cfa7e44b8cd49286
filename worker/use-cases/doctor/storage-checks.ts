import { entries } from "../../../migrations/meta/_journal.json";
import { USAGE_LIMIT_CODES } from "../../images/resize.ts";
import { bytesOfBase64 } from "../../lib/base64.ts";
import { callStudio } from "../../studio/client.ts";
import type { Finding } from "./finding.ts";

const DEPLOY = "Run npm run deploy with the wrangler.toml of this version.";

const BINDINGS = [
  "ASSETS",
  "DB",
  "OUTPUTS",
  "STUDIO",
  "IMAGES",
  "RL_GENERATE",
  "RL_SIGN_IN",
  "RL_BAD_WEBHOOK",
  "RL_SHARE",
  "RL_READ",
  "RL_API_KEY",
  "RL_ADMIN",
] as const satisfies (keyof Env)[];

export function checkBindings(env: Partial<Env>): Finding {
  const missing = BINDINGS.filter((name) => !env[name]);
  return missing.length === 0
    ? { ok: true, what: "All are present." }
    : { ok: false, what: `Missing: ${missing.join(", ")}.`, fix: DEPLOY };
}

/** Writes and reads a row of the OAuth provider, and removes it in the same transaction. */
export async function checkDatabase({ DB }: Env): Promise<Finding> {
  const key = `doctor:${crypto.randomUUID()}`;
  const [, read] = await DB.batch<{ value: string }>([
    DB.prepare("insert into oauth_entries (key, value, expires_at) values (?, ?, 0)").bind(key, key),
    DB.prepare("select value from oauth_entries where key = ?").bind(key),
    DB.prepare("delete from oauth_entries where key = ?").bind(key),
  ]);
  return read?.results[0]?.value === key
    ? { ok: true, what: "D1 writes and reads." }
    : { ok: false, what: "D1 did not return the row that it wrote.", fix: DEPLOY };
}

export async function checkMigrations({ DB }: Env): Promise<Finding> {
  const { results } = await DB.prepare("select name from d1_migrations").all<{ name: string }>();
  const applied = results.map(({ name }) => name.replace(/\.sql$/, ""));
  const missing = entries.filter(({ tag }) => !applied.includes(tag)).map(({ tag }) => tag);
  return missing.length === 0
    ? { ok: true, what: `The database has all, up to ${entries.at(-1)?.tag}.` }
    : {
        ok: false,
        what: `The database lacks ${missing.join(", ")}.`,
        fix: "Run: npx wrangler d1 migrations apply DB --remote (locally: --local)",
      };
}

/** Writes, reads and deletes an object. No list reads its prefix. */
export async function checkBucket({ OUTPUTS }: Env): Promise<Finding> {
  const key = `doctor/${crypto.randomUUID()}`;
  try {
    await OUTPUTS.put(key, key);
    const read = await (await OUTPUTS.get(key))?.text();
    return read === key
      ? { ok: true, what: "R2 writes and reads." }
      : { ok: false, what: "R2 did not return the object that it wrote.", fix: DEPLOY };
  } finally {
    await OUTPUTS.delete(key);
  }
}

/** A PNG of one pixel. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export async function checkImages({ IMAGES }: Partial<Env>): Promise<Finding> {
  if (!IMAGES) return { ok: false, what: "There is no binding IMAGES.", fix: DEPLOY };
  try {
    const image = IMAGES.input(new Blob([bytesOfBase64(PIXEL)]).stream());
    const output = await image.transform({ width: 1 }).output({ format: "image/webp" });
    const bytes = await output.response().bytes();
    return new TextDecoder().decode(bytes.subarray(8, 12)) === "WEBP"
      ? { ok: true, what: "Images makes thumbnails." }
      : { ok: false, what: "Images did not return WebP.", fix: "Look at Cloudflare's status." };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && USAGE_LIMIT_CODES.includes(Number(error.code))))
      throw error;
    return {
      ok: "warning",
      what: "The month's transformations are used up, and the studio shows originals.",
      fix: "Enable Images Paid, or wait for the next month.",
    };
  }
}

/** In an object of its own, which has no storage afterwards. */
export async function checkAlarm(env: Env): Promise<Finding> {
  const fired = await callStudio(env, `doctor:${crypto.randomUUID()}`, (studio) => studio.testAlarm());
  return fired
    ? { ok: true, what: "A Durable Object answers, and its alarm fires." }
    : {
        ok: false,
        what: "A Durable Object's alarm did not fire in time.",
        fix: "Look at Cloudflare's status.",
      };
}
