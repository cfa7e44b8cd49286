/** The body of every error. */
import * as z from "zod";
import { PROBLEM_STATUS, type ProblemCode } from "../../shared/error-codes.ts";
import { limits } from "./session.ts";

/** RFC 9457 `application/problem+json`. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** A sentence for a person. */
  detail: z.string(),
  code: z.enum(Object.keys(PROBLEM_STATUS) as ProblemCode[]),
  /** With 502 and 504 of generate: the response of the create was lost. The id works in `GET /api/predictions/:id` and cancel. */
  pending: z.object({ id: z.string(), until: z.iso.datetime() }).exactOptional(),
  /** With `limit_reached` and `quota_exceeded`. */
  limits: limits.exactOptional(),
  /** With `quota_exceeded`: when the plan's next day begins. */
  resetsAt: z.iso.datetime().exactOptional(),
  /** With `upstream_unavailable`: Skytells rejects the studio's key, account or credit; waiting does not help. */
  ownerMustAct: z.literal(true).exactOptional(),
});
export type Problem = z.infer<typeof problem>;
