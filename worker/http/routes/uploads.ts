import { problemResponse } from "../../api/problem.ts";
import { MAX_UPLOAD_BYTES } from "../../config/limits.ts";
import { OTHER_UPLOAD_TYPE, UPLOAD_TOO_LARGE, uploadImage } from "../../use-cases/upload.ts";
import { depsOf } from "../deps.ts";
import { sameOrigin } from "../middleware/origin.ts";
import { isKeyWithinRate } from "../../lib/rate-limit.ts";
import { withCaller } from "../middleware/caller.ts";
import { newApp } from "../routing.ts";

/** The bytes decide the type, because files are often misnamed. Another kind of type is refused. */
const IMAGE_TYPE = /^\s*(?:image\/(?:png|jpe?g|webp)|(?:application|binary)\/octet-stream)\s*(?:;|$)/i;

export const uploads = newApp().post("/", sameOrigin, withCaller("generate"), async (c) => {
  if (Number(c.req.header("content-length") ?? 0) > MAX_UPLOAD_BYTES)
    return problemResponse(UPLOAD_TOO_LARGE);
  const type = c.req.header("content-type");
  if (type !== undefined && !IMAGE_TYPE.test(type)) return problemResponse(OTHER_UPLOAD_TYPE);
  const { caller } = c.var;
  const isWithinRate = () => isKeyWithinRate(c.env.RL_GENERATE, `upload:${caller.userId}`);
  const result = await uploadImage(depsOf(c), caller, c.req.raw.body, isWithinRate);
  if (!result.ok) return problemResponse(result.refusal);
  return c.json({ upload: result.value }, 201);
});
