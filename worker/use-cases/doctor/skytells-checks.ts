import type { Settings } from "../../config/settings.ts";
import { MODEL_TIMEOUT_MS } from "../../skytells/model-options.ts";
import { getModel, type Probe, probeAccount } from "../../skytells/client.ts";
import type { Finding } from "./finding.ts";

const MAX_CLOCK_DIFFERENCE_MS = 5 * 60_000;
const STATUS_FIX = "Look at Skytells' status, and run the doctor again.";

export const probe = ({ skytells }: Settings) => probeAccount(skytells, MODEL_TIMEOUT_MS);

export function checkKey(response: Probe | null): Finding {
  if (!response) return { ok: false, what: "Skytells did not answer.", fix: STATUS_FIX };
  const { status } = response;
  if (status >= 200 && status < 300) return { ok: true, what: "Skytells accepts the key." };
  if (status === 401 || status === 403)
    return {
      ok: false,
      what: `Skytells rejects the key (${status}).`,
      fix: "Run: npx wrangler secret put SKYTELLS_API_KEY",
    };
  if (status === 402)
    return { ok: false, what: "The Skytells account has no credit.", fix: "Add credit at Skytells." };
  return { ok: "warning", what: `Skytells answered with status ${status}.`, fix: STATUS_FIX };
}

export async function checkModels({ models, skytells }: Settings): Promise<Finding> {
  const states = await Promise.all(
    models.map(async ({ id }) => ({ id, ...(await getModel(skytells, id, MODEL_TIMEOUT_MS)) })),
  );
  const named = (kind: "absent" | "unavailable") =>
    states.flatMap((state) => (state.kind === kind ? [state.id] : [])).join(", ");
  const absent = named("absent");
  if (absent !== "")
    return { ok: false, what: `Skytells does not have ${absent}.`, fix: "Correct MODELS, and deploy." };
  const unavailable = named("unavailable");
  return unavailable === ""
    ? { ok: true, what: `Skytells has all ${states.length} models.` }
    : {
        ok: "warning",
        what: `Skytells did not say whether it has ${unavailable}.`,
        fix: "First fix what the line “skytells” says.",
      };
}

export function checkClock(response: Probe | null, now: number): Finding {
  const at = response?.date ?? null;
  if (at === null) return { ok: "warning", what: "Skytells' response has no date.", fix: STATUS_FIX };
  const seconds = Math.round((now - at) / 1000);
  return Math.abs(now - at) <= MAX_CLOCK_DIFFERENCE_MS
    ? { ok: true, what: "It agrees with Skytells' clock." }
    : {
        ok: false,
        what: `It differs from Skytells' clock by ${seconds} s, so signatures with a time fail.`,
        fix: "Set this machine's clock; on Cloudflare, look at Skytells' status.",
      };
}
