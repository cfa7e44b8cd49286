/** Requests about API keys. */
import * as z from "zod";
import { SCOPES } from "../../../shared/api-keys.ts";
import { name } from "./name.ts";

const scope = z.enum(SCOPES);

/** Body of `POST /api/keys`. */
export const apiKeyBody = z.strictObject({
  name,
  scopes: z
    .array(scope)
    .min(1)
    .max(SCOPES.length)
    .refine((scopes) => new Set(scopes).size === scopes.length, "names a scope twice"),
  /** ISO 8601 instant in the future; without it the key does not expire. */
  expiresAt: z.iso
    .datetime({ offset: true })
    .transform((value) => Date.parse(value))
    .refine((time) => time > Date.now(), "is in the past")
    .optional(),
});
export type ApiKeyBody = z.infer<typeof apiKeyBody>;
