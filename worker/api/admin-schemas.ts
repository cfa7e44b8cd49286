/** The wire of `/api/admin`: what it takes (zod schemas) and what it answers (types). */
import * as z from "zod";
import type { FailureCode, GenerationStatus } from "../shared/generations.ts";
import type { Plan } from "../shared/plans.ts";
import type { Limits } from "./schemas.ts";

/** A user's id or address. */
const user = z.string().trim().toLowerCase().min(1).max(254);

/** Query of `GET /api/admin/users`. */
export const usersQuery = z.strictObject({
  /** How the address begins. */
  q: z.string().trim().toLowerCase().min(1).max(254).optional(),
  plan: z.enum(["free", "pro"]).optional(),
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

/** Query of `GET /api/admin/usage`: of the whole studio, or also of one user. */
export const usageQuery = z.strictObject({ user: user.optional() });

export const planBody = z.strictObject({ user, plan: z.enum(["free", "pro"]) });
export const userBody = z.strictObject({ user });
/** The token of a link, or the link. */
export const unshareBody = z.strictObject({ share: z.string().trim().min(1).max(2_000) });
export const recheckBody = z.strictObject({ generation: z.string().trim().min(1).max(128) });

/** Times are ISO 8601 UTC. */
export type AdminUser = {
  id: string;
  email: string;
  plan: Plan;
  createdAt: string;
  suspendedAt: string | null;
  /** Being deleted since then. */
  deletedAt: string | null;
};

/** By address; `nextCursor` null is the end. */
export type AdminUserPage = { items: AdminUser[]; nextCursor: string | null };

export type AdminUsage = {
  /** Newest first, at most 31: what the whole studio made, a UTC day each. */
  days: { day: string; created: number }[];
  /** `MAX_GENERATIONS_PER_DAY`: 0 no cap, -1 paused. */
  maxPerDay: number;
  /** Of the user who was asked about. */
  user?: AdminUser & { limits: Limits };
};

export type AdminGeneration = {
  id: string;
  userId: string;
  status: GenerationStatus;
  error: FailureCode | null;
};
