/** Responses about API keys. */
import * as z from "zod";
import { SCOPES } from "../../shared/api-keys.ts";

/** Times are ISO 8601 UTC. */
export const apiKey = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
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
