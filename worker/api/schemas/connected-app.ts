/** Apps that the user has connected by OAuth. */
import * as z from "zod";
import { SCOPES } from "../../shared/api-keys.ts";

/** Times are ISO 8601 UTC. */
export const connectedApp = z.object({
  id: z.string(),
  /** What the app calls itself. */
  name: z.string(),
  /** The host that got the access; an app on the user's computer has localhost. */
  redirectHost: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
});
export type ConnectedApp = z.infer<typeof connectedApp>;

/** Response of `GET /api/connected-apps`: all of them, oldest first. */
export const connectedAppList = z.object({ apps: z.array(connectedApp) });
