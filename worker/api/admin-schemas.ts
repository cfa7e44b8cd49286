/** Responses of `/api/admin`. */
import * as z from "zod";
import { FAILURE_CODES, GENERATION_STATUSES } from "../shared/generations.ts";
import { limits } from "./schemas/session.ts";
import { plan } from "./schemas/requests/session.ts";

/** Times are ISO 8601 UTC. */
export const adminUser = z.object({
  id: z.string(),
  email: z.string(),
  plan,
  createdAt: z.iso.datetime(),
  /** May use the operator's page and API. */
  operator: z.boolean(),
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
  /** An operator has paused the studio. */
  paused: z.boolean(),
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

/** Response of `POST /api/admin/pause`. */
export const pauseResponse = z.object({ paused: z.boolean() });

export const operatorAction = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  /** A user's id, or `token`. */
  by: z.string(),
  action: z.enum([
    "plan",
    "suspend",
    "restore",
    "delete-user",
    "operator",
    "unshare",
    "recheck",
    "pause",
    "resume",
    "invite",
    "revoke-invitation",
  ]),
  /** The id of the user, generation or invitation. */
  target: z.string().nullable(),
});
export type OperatorAction = z.infer<typeof operatorAction>;

/** Newest first. */
export const operatorActionPage = z.object({
  items: z.array(operatorAction),
  nextCursor: z.string().nullable(),
});
export type OperatorActionPage = z.infer<typeof operatorActionPage>;
