/** The doctor: checks what the studio needs, and says how to fix what is wrong. */
import type { DoctorReport } from "../../api/schemas/doctor.ts";
import { settingsOf } from "../../config/settings.ts";
import { bounded } from "../../lib/async.ts";
import { reasonOf } from "../../lib/log.ts";
import type { Finding } from "./finding.ts";
import { checkSettings, checkSignIn } from "./settings-checks.ts";
import { checkClock, checkKey, checkModels, probe } from "./skytells-checks.ts";
import {
  checkAlarm,
  checkBindings,
  checkBucket,
  checkDatabase,
  checkImages,
  checkMigrations,
} from "./storage-checks.ts";

/** Of one check. All run at the same time. */
export const CHECK_TIMEOUT_MS = 5_000;

export async function examine(env: Env, origin: string, timeoutMs = CHECK_TIMEOUT_MS): Promise<DoctorReport> {
  const settings = settingsOf(env);
  const skytells = probe(settings);
  const check = (id: string, look: () => Finding | Promise<Finding>, fix: string) =>
    findingOf(look, fix, timeoutMs).then((finding) => ({ id, ...finding }));
  const status = "Look at Cloudflare's status, and run the doctor again.";
  const checks = await Promise.all([
    check("settings", () => checkSettings(settings, origin), status),
    check("bindings", () => checkBindings(env), status),
    check("database", () => checkDatabase(env), status),
    check("migrations", () => checkMigrations(env), "Fix the database first."),
    check("sign-in", () => checkSignIn(env, settings), "Fix the database first."),
    check("bucket", () => checkBucket(env), "Check that the bucket of wrangler.toml exists."),
    check("images", () => checkImages(env), status),
    check("alarm", () => checkAlarm(env), status),
    check("skytells", async () => checkKey(await skytells), status),
    check("models", () => checkModels(settings), status),
    check("clock", async () => checkClock(await skytells, Date.now()), status),
  ]);
  const webhook = {
    id: "webhook",
    ok: "warning" as const,
    what: "Not tested: the Worker cannot send itself a webhook from outside.",
    fix: `Run: npm run doctor -- ${origin}`,
  };
  return { checks: [...checks, webhook] };
}

async function findingOf(
  look: () => Finding | Promise<Finding>,
  fix: string,
  timeoutMs: number,
): Promise<Finding> {
  try {
    return await bounded((async () => look())(), timeoutMs);
  } catch (error) {
    return { ok: false, what: `Failed: ${reasonOf(error)}`, fix };
  }
}
