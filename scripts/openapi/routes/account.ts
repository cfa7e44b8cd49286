/** The routes of an account: keys, connected apps, export and deletion, passkeys. */
import { apiKeyList, newApiKeyResponse } from "../../../worker/api/schemas/api-key.ts";
import { connectedAppList } from "../../../worker/api/schemas/connected-app.ts";
import { exportParts } from "../../../worker/api/schemas/export.ts";
import { passkeyList, passkeyResponse } from "../../../worker/api/schemas/passkey.ts";
import { apiKeyBody } from "../../../worker/api/schemas/requests/api-key.ts";
import { exportQuery } from "../../../worker/api/schemas/requests/export.ts";
import { passkeyNameBody } from "../../../worker/api/schemas/requests/passkey.ts";
import { session } from "../../../worker/api/schemas/session.ts";
import { type ApiRoute, created, done, NO_CONTENT } from "./route.ts";

export const sessionAndKeyRoutes: readonly ApiRoute[] = [
  {
    method: "get",
    path: "/api/session",
    tag: "Account",
    summary: "Get the user, the limits and the models",
    description: "Without a credential, user and limits are null.",
    access: "read",
    success: done("The user, the limits and the models with their options.", session),
  },
  {
    method: "get",
    path: "/api/keys",
    tag: "Account",
    summary: "List API keys",
    access: "session",
    success: done("All keys, oldest first, without their secrets.", apiKeyList),
    errors: ["rate_limited"],
  },
  {
    method: "post",
    path: "/api/keys",
    tag: "Account",
    summary: "Create an API key",
    access: "session",
    body: apiKeyBody,
    success: created("The key and its secret, which is shown only here.", newApiKeyResponse),
    errors: ["maximum_reached", "rate_limited"],
  },
  {
    method: "delete",
    path: "/api/keys/:id",
    tag: "Account",
    summary: "Revoke an API key",
    access: "session",
    success: NO_CONTENT,
    errors: ["not_found", "rate_limited"],
  },
  {
    method: "delete",
    path: "/api/keys",
    tag: "Account",
    summary: "Revoke all API keys",
    access: "session",
    success: NO_CONTENT,
    errors: ["rate_limited"],
  },
];

export const accountRoutes: readonly ApiRoute[] = [
  {
    method: "get",
    path: "/api/connected-apps",
    tag: "Account",
    summary: "List connected apps",
    description: "Apps that the user has connected by OAuth.",
    access: "session",
    success: done("All connected apps, oldest first.", connectedAppList),
    errors: ["rate_limited"],
  },
  {
    method: "delete",
    path: "/api/connected-apps/:id",
    tag: "Account",
    summary: "Disconnect an app",
    access: "session",
    success: NO_CONTENT,
    errors: ["not_found", "rate_limited"],
  },
  {
    method: "delete",
    path: "/api/connected-apps",
    tag: "Account",
    summary: "Disconnect all apps",
    access: "session",
    success: NO_CONTENT,
    errors: ["rate_limited"],
  },
  {
    method: "get",
    path: "/api/account/export",
    tag: "Account",
    summary: "Export the account",
    description: "The list of the parts; with ?part=, that part as a zip file (application/zip).",
    access: "session",
    query: exportQuery,
    success: done("The list of the parts.", exportParts),
    errors: ["not_found", "rate_limited"],
  },
  {
    method: "delete",
    path: "/api/account",
    tag: "Account",
    summary: "Delete the account",
    description: "With all images. Cannot be undone.",
    access: "session",
    success: NO_CONTENT,
  },
];

export const passsessionAndKeyRoutes: readonly ApiRoute[] = [
  {
    method: "get",
    path: "/api/passkeys",
    tag: "Account",
    summary: "List passkeys",
    access: "session",
    success: done("All passkeys, oldest first.", passkeyList),
    errors: ["rate_limited"],
  },
  {
    method: "patch",
    path: "/api/passkeys/:id",
    tag: "Account",
    summary: "Rename a passkey",
    access: "session",
    body: passkeyNameBody,
    success: done("The passkey.", passkeyResponse),
    errors: ["not_found", "rate_limited"],
  },
  {
    method: "delete",
    path: "/api/passkeys/:id",
    tag: "Account",
    summary: "Remove a passkey",
    description: "Sessions that it began stay.",
    access: "session",
    success: NO_CONTENT,
    errors: ["not_found", "rate_limited"],
  },
];
