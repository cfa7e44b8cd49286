/** Requests of `/api/admin`. */
import * as z from "zod";
import { plan } from "./session.ts";

/** A user's id or address. */
const user = z.string().trim().toLowerCase().min(1).max(254);

const limit = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number)
  .pipe(z.int().min(1).max(100))
  .default(50);
const cursor = z.string().min(1).max(400).optional();

/** Query of `GET /api/admin/users`. */
export const usersQuery = z.strictObject({
  /** The beginning of the address. */
  q: z.string().trim().toLowerCase().min(1).max(254).optional(),
  plan: plan.optional(),
  suspended: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .optional(),
  limit,
  cursor,
});

/** Query of `GET /api/admin/actions`. */
export const actionsQuery = z.strictObject({ limit, cursor });

/** Query of `GET /api/admin/usage`: the whole studio, and optionally one user. */
export const usageQuery = z.strictObject({ user: user.optional() });

export const planBody = z.strictObject({ user, plan });
export const userBody = z.strictObject({ user });
/** A share link or its token. */
export const unshareBody = z.strictObject({ share: z.string().trim().min(1).max(2_000) });
export const recheckBody = z.strictObject({ generation: z.string().trim().min(1).max(128) });
export const operatorBody = z.strictObject({ user, operator: z.boolean() });
export const pauseBody = z.strictObject({ paused: z.boolean() });
