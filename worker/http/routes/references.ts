/** The reference image of a running job, for Skytells. The token in the URL is the only permission. */
import { problemResponse, stored } from "../../api/problem.ts";
import { IMAGE_NOT_FOUND, TOO_MANY_REQUESTS } from "../../api/refusals.ts";
import { readReferenceToken } from "../../auth/reference-token.ts";
import { settingsOf } from "../../config/settings.ts";
import { serveObject } from "../../images/serve.ts";
import { callStudio } from "../../studio/client.ts";
import { isWithinRate } from "../middleware/rate-limit.ts";
import { newApp } from "../routing.ts";

/** No page may show what a user has uploaded: browsers save it as a file. */
const NO_PAGE = { "cache-control": "no-store", "content-disposition": "attachment" };

export const references = newApp().get("/image", async (c) => {
  const claim = await readReferenceToken(settingsOf(c.env), c.req.query("token") ?? "");
  if (!claim) {
    const isWithin = await isWithinRate(c.env.RL_BAD_WEBHOOK, c);
    return problemResponse(isWithin ? IMAGE_NOT_FOUND : TOO_MANY_REQUESTS);
  }
  const key = await callStudio(c.env, claim.userId, (studio) => studio.referenceKey(claim.jobId));
  const image = key === null ? null : await stored(serveObject(c.env.OUTPUTS, key, c.req.raw, NO_PAGE));
  return image ?? problemResponse(IMAGE_NOT_FOUND);
});
