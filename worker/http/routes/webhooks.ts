import { readUpTo } from "../../lib/stream.ts";
import { commonDatabase } from "../../db/client.ts";
import { ownerOf } from "../../db/generations.ts";
import { countEvent } from "../../db/operator/counts.ts";
import { MAX_WEBHOOK_BYTES } from "../../config/limits.ts";
import { settingsOf } from "../../config/settings.ts";
import { log, logError, reasonOf } from "../../lib/log.ts";
import type { AppContext } from "../middleware/app-env.ts";
import { isWithinRate } from "../middleware/rate-limit.ts";
import { problemResponse } from "../../api/problem.ts";
import { TOO_MANY_REQUESTS } from "../../api/refusals.ts";
import type { Prediction } from "../../skytells/prediction.ts";
import { type Correlation, correlationIn, isSignedBy, predictionIn } from "../../skytells/webhook.ts";
import type { WebhookOutcome } from "../../studio/tasks/apply-webhook.ts";
import { callStudio } from "../../studio/client.ts";
import { newApp } from "../routing.ts";

export type WebhookVerdict = WebhookOutcome | "bad_signature" | "malformed" | "too_large" | "not_stored";

/**
 * Skytells' webhooks. Responds as soon as the object has stored the prediction; with a status other than 2xx only if a
 * repetition could help. A sender without Skytells' key learns nothing else.
 */
export const webhooks = newApp().post("/", async (c) => {
  const declared = Number(c.req.header("content-length") ?? 0);
  const body = declared > MAX_WEBHOOK_BYTES ? null : await readUpTo(c.req.raw.body, MAX_WEBHOOK_BYTES);
  if (!body) {
    countWebhook(c, "too_large");
    return problemResponse({ code: "payload_too_large", detail: "A webhook has at most 256 KB." });
  }

  const { skytells } = settingsOf(c.env);
  if (!(await isSignedBy(skytells.webhookKeys, body, c.req.header("x-skytells-signature") ?? null))) {
    countWebhook(c, "bad_signature");
    if (!(await isWithinRate(c.env.RL_BAD_WEBHOOK, c))) {
      return problemResponse(TOO_MANY_REQUESTS);
    }
    return problemResponse({ code: "invalid_signature", detail: "The signature does not match the body." });
  }

  let payload: unknown;
  try {
    payload = JSON.parse(new TextDecoder().decode(body));
  } catch {
    countWebhook(c, "malformed");
    return problemResponse({ code: "invalid_request", detail: "The body is not JSON." });
  }
  const prediction = predictionIn(payload);
  if (prediction) {
    try {
      countWebhook(
        c,
        await deliver(c.env, correlationIn(new URL(c.req.url).searchParams), prediction),
        prediction.id,
      );
    } catch (error) {
      countWebhook(c, "not_stored", prediction.id);
      logError("delivery_failed", { generation: prediction.id, reason: reasonOf(error) });
      return problemResponse({ code: "storage_unavailable", detail: "Try again.", retryAfterSeconds: 5 });
    }
  } else {
    countWebhook(c, "malformed");
    log("webhook_not_understood");
  }
  return c.json({ ok: true }, 200);
});

/** For the operator's page. `accepted` and `duplicate` ones are only counted; the others are also listed. */
function countWebhook(c: AppContext, verdict: WebhookVerdict, generationId: string | null = null): void {
  const deps = {
    db: commonDatabase(c.env),
    waitUntil: (work: Promise<unknown>) => c.executionCtx.waitUntil(work),
  };
  const isRefused = verdict !== "accepted" && verdict !== "duplicate";
  countEvent(deps, `webhook.${verdict}`, isRefused ? { verdict, generationId } : undefined);
}

/** To the job in the URL; if it is unknown, to the user who has the prediction. */
async function deliver(
  env: Env,
  correlation: Correlation | null,
  prediction: Prediction,
): Promise<WebhookOutcome> {
  if (correlation) {
    const { userId, jobId } = correlation;
    const outcome = await callStudio(env, userId, (studio) => studio.deliver({ jobId, prediction }));
    if (outcome !== "unknown") return outcome;
  }
  const owner = await ownerOf(commonDatabase(env), prediction.id);
  const outcome = owner
    ? await callStudio(env, owner, (studio) => studio.deliver({ jobId: null, prediction }))
    : "unknown";
  if (outcome === "unknown" || outcome === "wrong_job") log("webhook_unknown", { generation: prediction.id });
  return outcome;
}
