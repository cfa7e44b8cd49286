/** Every route of the API, in the order of the OpenAPI document. A test compares this list with the Worker's own routes. */
import { accountRoutes, sessionAndKeyRoutes, passsessionAndKeyRoutes } from "./account.ts";
import { collectionRoutes } from "./collections.ts";
import { galleryRoutes } from "./gallery.ts";
import { imageRoutes } from "./images.ts";
import { operatorRoutes } from "./operator.ts";
import { presetRoutes } from "./presets.ts";
import { signInRoutes } from "./sign-in.ts";
import { skytellsRoutes } from "./skytells.ts";
import { webhookRoutes } from "./webhooks.ts";
import type { ApiRoute } from "./route.ts";

export const ROUTES: readonly ApiRoute[] = [
  ...imageRoutes,
  ...galleryRoutes,
  ...collectionRoutes,
  ...presetRoutes,
  ...sessionAndKeyRoutes,
  ...webhookRoutes,
  ...accountRoutes,
  ...signInRoutes,
  ...passsessionAndKeyRoutes,
  ...operatorRoutes,
  ...skytellsRoutes,
];
