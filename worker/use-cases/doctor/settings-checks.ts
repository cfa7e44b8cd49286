import { isLoopback, type Settings } from "../../config/settings.ts";
import type { Finding } from "./finding.ts";

/** The settings are valid, or the API would not answer. This names valid ones that are probably a mistake. */
export function checkSettings(settings: Settings, origin: string): Finding {
  const isLocal = isLoopback(new URL(origin).hostname);
  const { skytells, maxGenerationsPerDay: most, allowedUsers } = settings;
  const doubts = [
    settings.devSignIn && !isLocal && "DEV_SIGN_IN is true. Remove it.",
    skytells.loopback && !isLocal && "SKYTELLS_API_URL is on this machine. Remove it.",
    isLocal && !skytells.loopback && "PUBLIC_URL is on this machine, where Skytells cannot send webhooks.",
    most === -1 && "MAX_GENERATIONS_PER_DAY is -1: the studio is paused.",
    most === 0 && allowedUsers.includes("*") && "Everyone may generate without a limit per day.",
  ].filter((doubt) => doubt !== false);
  return doubts.length === 0
    ? { ok: true, what: "All are valid." }
    : { ok: "warning", what: doubts.join(" "), fix: "Change it in wrangler.toml, and deploy." };
}

/** Whether anyone can sign in: an existing user, an address of ALLOWED_USERS, or an open invitation. */
export async function checkSignIn(env: Env, { allowedUsers }: Settings): Promise<Finding> {
  if (allowedUsers.length > 0) return { ok: true, what: "ALLOWED_USERS says who may sign in." };
  const found = await env.DB.prepare(
    `select exists (select 1 from users) or exists
       (select 1 from invitations where used_at is null and revoked_at is null and expires_at > ?) as found`,
  )
    .bind(Date.now())
    .first<number>("found");
  return found
    ? { ok: true, what: "Existing and invited users may sign in." }
    : {
        ok: "warning",
        what: "No user can sign in: there is no invitation, and ALLOWED_USERS is empty.",
        fix: "Run: npm run admin -- invite EMAIL --operator",
      };
}
