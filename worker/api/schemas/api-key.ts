/** Requests and responses about API keys. */
import * as z from "zod";
import { SCOPES } from "../../shared/api-keys.ts";
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

/** Times are ISO 8601 UTC. */
export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(scope),
  /** The last characters of the secret, to recognize it. */
  lastFour: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  /** At most an hour old; null: never used. */
  lastUsedAt: z.iso.datetime().nullable(),
});
export type ApiKey = z.infer<typeof apiKey>;

/** Response of `GET /api/keys`: all of them, oldest first. */
export const apiKeyList = z.object({ keys: z.array(apiKey) });
/** Response of `POST /api/keys`. The secret is shown only here. */
export const newApiKeyResponse = z.object({ key: apiKey, secret: z.string() });
