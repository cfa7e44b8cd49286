import { readUpTo } from "../../lib/stream.ts";
import { commonDatabase } from "../../db/client.ts";
import { ownerOf } from "../../db/generations.ts";
import { MAX_WEBHOOK_BYTES } from "../../config/limits.ts";
import { settingsOf } from "../../config/settings.ts";
import { log, logError, reasonOf } from "../../lib/log.ts";
import { isWithinRate } from "../middleware/rate-limit.ts";
import { problemResponse } from "../../api/problem.ts";
import { TOO_MANY_REQUESTS } from "../../api/refusals.ts";
import type { Prediction } from "../../skytells/prediction.ts";
import { type Correlation, correlationIn, isSignedBy, predictionIn } from "../../skytells/webhook.ts";
import { callStudio } from "../../studio/client.ts";
import { newApp } from "../routing.ts";

/**
 * Skytells' webhooks. Responds as soon as the object has stored the prediction; with a status other than 2xx only if a
 * repetition could help. A sender without Skytells' key learns nothing else.
 */
export const webhooks = newApp().post("/", async (c) => {
  const declared = Number(c.req.header("content-length") ?? 0);
  const body = declared > MAX_WEBHOOK_BYTES ? null : await readUpTo(c.req.raw.body, MAX_WEBHOOK_BYTES);
  if (!body) return problemResponse({ code: "payload_too_large", detail: "A webhook has at most 256 KB." });

  const { skytells } = settingsOf(c.env);
  if (!(await isSignedBy(skytells.webhookKeys, body, c.req.header("x-skytells-signature") ?? null))) {
    if (!(await isWithinRate(c.env.RL_BAD_WEBHOOK, c))) {
      return problemResponse(TOO_MANY_REQUESTS);
    }
    return problemResponse({ code: "invalid_signature", detail: "The signature does not match the body." });
  }

  let payload: unknown;
  try {
    payload = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return problemResponse({ code: "invalid_request", detail: "The body is not JSON." });
  }
  const prediction = predictionIn(payload);
  if (prediction) {
    try {
      await deliver(c.env, correlationIn(new URL(c.req.url).searchParams), prediction);
    } catch (error) {
      logError("delivery_failed", { generation: prediction.id, reason: reasonOf(error) });
      return problemResponse({ code: "storage_unavailable", detail: "Try again.", retryAfterSeconds: 5 });
    }
  } else {
    log("webhook_not_understood");
  }
  return c.json({ ok: true }, 200);
});

/** To the job in the URL; if it is unknown, to the user who has the prediction. */
async function deliver(env: Env, correlation: Correlation | null, prediction: Prediction): Promise<void> {
  if (correlation) {
    const { userId, jobId } = correlation;
    const outcome = await callStudio(env, userId, (studio) => studio.deliver({ jobId, prediction }));
    if (outcome !== "unknown") return;
  }
  const owner = await ownerOf(commonDatabase(env), prediction.id);
  const outcome =
    owner && (await callStudio(env, owner, (studio) => studio.deliver({ jobId: null, prediction })));
  if (outcome !== "accepted") log("webhook_unknown", { generation: prediction.id });
}
