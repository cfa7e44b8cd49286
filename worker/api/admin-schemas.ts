/** Requests and responses of `/api/admin`. */
import * as z from "zod";
import { FAILURE_CODES, GENERATION_STATUSES } from "../shared/generations.ts";
import { limits, plan } from "./schemas/session.ts";

/** A user's id or address. */
const user = z.string().trim().toLowerCase().min(1).max(254);

/** Query of `GET /api/admin/users`. */
export const usersQuery = z.strictObject({
  /** The beginning of the address. */
  q: z.string().trim().toLowerCase().min(1).max(254).optional(),
  plan: plan.optional(),
  suspended: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .default(50),
  cursor: z.string().min(1).max(400).optional(),
});

/** Query of `GET /api/admin/usage`: the whole studio, and optionally one user. */
export const usageQuery = z.strictObject({ user: user.optional() });

export const planBody = z.strictObject({ user, plan });
export const userBody = z.strictObject({ user });
/** A share link or its token. */
export const unshareBody = z.strictObject({ share: z.string().trim().min(1).max(2_000) });
export const recheckBody = z.strictObject({ generation: z.string().trim().min(1).max(128) });

/** Times are ISO 8601 UTC. */
export const adminUser = z.object({
  id: z.string(),
  email: z.string(),
  plan,
  createdAt: z.iso.datetime(),
  suspendedAt: z.iso.datetime().nullable(),
  /** When the deletion of the account started. */
  deletedAt: z.iso.datetime().nullable(),
});
export type AdminUser = z.infer<typeof adminUser>;
/** Response of the routes that change a user. */
export const adminUserResponse = z.object({ user: adminUser });

/** Sorted by address. */
export const adminUserPage = z.object({ items: z.array(adminUser), nextCursor: z.string().nullable() });
export type AdminUserPage = z.infer<typeof adminUserPage>;

/** Response of `GET /api/admin/models`. */
export const adminModels = z.object({
  models: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      upscale: z.literal(true).exactOptional(),
      /** `absent`: Skytells has no model with this slug. `unavailable`: it did not answer. */
      state: z.enum(["found", "absent", "unavailable"]),
    }),
  ),
});
export type AdminModels = z.infer<typeof adminModels>;

export const adminUsage = z.object({
  /** The whole studio by UTC day, newest first, at most 31. */
  days: z.array(z.object({ day: z.iso.date(), created: z.int() })),
  /** `MAX_GENERATIONS_PER_DAY`: 0 is no cap, -1 is paused. */
  maxPerDay: z.int(),
  /** If the query names a user. */
  user: adminUser.extend({ limits }).exactOptional(),
});
export type AdminUsage = z.infer<typeof adminUsage>;

/** Without the prompt. */
export const adminGeneration = z.object({
  id: z.string(),
  userId: z.string(),
  status: z.enum(GENERATION_STATUSES),
  error: z.enum(FAILURE_CODES).nullable(),
});
export type AdminGeneration = z.infer<typeof adminGeneration>;
export const adminGenerationResponse = z.object({ generation: adminGeneration });
/** `looked`: Skytells was asked. */
export const recheckResponse = adminGenerationResponse.extend({ looked: z.boolean() });
