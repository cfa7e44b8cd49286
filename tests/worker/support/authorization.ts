import { png } from "./image-files.ts";
import type { Scope } from "../../../worker/shared/api-keys.ts";

/**
 * Who may do what: one row for each route of the Worker, one column for each kind of caller. A route without a row
 * fails the test.
 */

export const CALLERS = [
  "nobody",
  "other",
  "owner",
  "suspended",
  "deleted",
  /** Has the link of the shared image, and no session. */
  "stranger",
  /** Had the link until it was taken back. */
  "revoked",
  /** A user who is an operator, with a session. */
  "operator",
] as const;
export type Caller = (typeof CALLERS)[number];

/** The owner's API keys. */
export const KEY_CALLERS = ["key", "key without scope", "revoked key", "expired key"] as const;
export type KeyCaller = (typeof KEY_CALLERS)[number];

/** What a request is made of: the owner's image, and the share token as far as the caller knows it. */
export type Target = {
  id: string;
  token: string;
  email: string;
  preset: string;
  collection: string;
  key: string;
  passkey: string;
  endpoint: string;
  delivery: string;
  app: string;
};

export type Row = {
  /** The statuses, by caller. */
  statuses: Record<Caller, number>;
  /** What an API key needs; `session`: no key will do, `key`: only a key will. Without it the route ignores keys. */
  access?: Scope | "session" | "key";
  path: (target: Target) => string;
  body?: (target: Target) => unknown;
  headers?: Record<string, string>;
  /** In addition to the test's own. */
  settings?: Record<string, string>;
  /** For operators: they may read and change what is another user's. */
  isForOperators?: true;
  /** The same for everybody: a shared cache may keep it. */
  isPublic?: true;
};

const everybody = (status: number): Record<Caller, number> => ({
  nobody: status,
  other: status,
  owner: status,
  suspended: status,
  deleted: status,
  stranger: status,
  revoked: status,
  operator: status,
});

/** Who has a session that stands; each with what is their own. */
const signedIn = (status: number): Record<Caller, number> => ({
  ...everybody(401),
  other: status,
  owner: status,
  suspended: 403,
  operator: status,
});

/** The image's owner; for other users the image does not exist. */
const owner = (status: number): Record<Caller, number> => ({ ...signedIn(404), owner: status });

/** Who has the link, as long as it holds and its owner is welcome. */
const linkHolder = (status: number): Record<Caller, number> => ({
  ...everybody(404),
  owner: status,
  stranger: status,
});

/** With the studio's token, or for an operator's session. For any other session there is no such route. */
const admin = (action: string, body?: Row["body"]): Row => ({
  path: () => `/api/admin/${action}`,
  ...(body && { body }),
  isForOperators: true,
  settings: { ADMIN_TOKEN: "an-admin-token-of-the-matrix-only" },
  statuses: { ...everybody(401), other: 404, owner: 404, suspended: 404, deleted: 404, operator: 200 },
});

const operatorsPage = (status: number): Omit<Row, "path"> => ({
  isForOperators: true,
  statuses: { ...everybody(401), other: 404, owner: 404, suspended: 404, deleted: 404, operator: status },
});

export const ROWS: Record<string, Row> = {
  "GET /api/health": { path: () => "/api/health", statuses: everybody(200) },
  "GET /api/session": { access: "read", path: () => "/api/session", statuses: everybody(200) },
  "POST /api/auth/dev": {
    path: () => "/api/auth/dev",
    body: ({ email }) => ({ email }),
    statuses: { ...everybody(204), suspended: 403, deleted: 403 },
  },
  "GET /api/auth/login": { path: () => "/api/auth/login", statuses: everybody(404) },
  "GET /api/auth/callback": { path: () => "/api/auth/callback?code=a&state=b", statuses: everybody(404) },
  "POST /api/auth/logout": { path: () => "/api/auth/logout", statuses: everybody(204) },
  "POST /api/auth/logout-everywhere": {
    access: "session",
    path: () => "/api/auth/logout-everywhere",
    // Who is suspended may still end their sessions.
    statuses: { ...signedIn(204), suspended: 204 },
  },
  "DELETE /api/account": {
    access: "session",
    path: () => "/api/account",
    // A client that lost the response repeats the request.
    statuses: { ...signedIn(204), deleted: 204 },
  },
  "GET /api/account/export": {
    access: "session",
    path: () => "/api/account/export?part=1",
    statuses: signedIn(200),
  },
  "POST /api/generate": {
    access: "generate",
    path: () => "/api/generate",
    body: () => ({ prompt: `for the matrix ${crypto.randomUUID()}` }),
    statuses: signedIn(202),
  },
  // Only with a token of this studio; no session is valid here.
  "GET /api/references/image": {
    path: () => "/api/references/image?token=a-guess",
    statuses: everybody(404),
  },
  "POST /api/uploads": {
    access: "generate",
    path: () => "/api/uploads",
    body: () => png(),
    statuses: signedIn(201),
  },
  "GET /api/predictions/:id": {
    access: "read",
    path: ({ id }) => `/api/predictions/${id}`,
    statuses: owner(200),
  },
  "POST /api/predictions/:id/cancel": {
    access: "generate",
    path: ({ id }) => `/api/predictions/${id}/cancel`,
    // Only what is in flight can be canceled.
    statuses: owner(409),
  },
  "GET /api/generations": { access: "read", path: () => "/api/generations", statuses: signedIn(200) },
  "POST /api/generations/bulk": {
    access: "manage",
    path: () => "/api/generations/bulk",
    body: ({ id }) => ({ ids: [id], action: "delete" }),
    statuses: signedIn(200),
  },
  "GET /api/presets": { access: "read", path: () => "/api/presets", statuses: signedIn(200) },
  "POST /api/presets": {
    access: "manage",
    path: () => "/api/presets",
    body: () => ({ name: "a preset" }),
    statuses: signedIn(201),
  },
  "PATCH /api/presets/:id": {
    access: "manage",
    path: ({ preset }) => `/api/presets/${preset}`,
    body: () => ({ name: "another name" }),
    statuses: owner(200),
  },
  "DELETE /api/presets/:id": {
    access: "manage",
    path: ({ preset }) => `/api/presets/${preset}`,
    statuses: owner(204),
  },
  "GET /api/collections": { access: "read", path: () => "/api/collections", statuses: signedIn(200) },
  "POST /api/collections": {
    access: "manage",
    path: () => "/api/collections",
    body: () => ({ name: "a collection" }),
    statuses: signedIn(201),
  },
  "PATCH /api/collections/:id": {
    access: "manage",
    path: ({ collection }) => `/api/collections/${collection}`,
    body: () => ({ name: "another name" }),
    statuses: owner(200),
  },
  "DELETE /api/collections/:id": {
    access: "manage",
    path: ({ collection }) => `/api/collections/${collection}`,
    statuses: owner(204),
  },
  "PATCH /api/generations/:id": {
    access: "manage",
    path: ({ id }) => `/api/generations/${id}`,
    body: () => ({ favorite: true }),
    statuses: owner(200),
  },
  "DELETE /api/generations/:id": {
    access: "manage",
    path: ({ id }) => `/api/generations/${id}`,
    statuses: owner(204),
  },
  "GET /api/generations/:id/url": {
    access: "read",
    path: ({ id }) => `/api/generations/${id}/url`,
    statuses: owner(200),
  },
  "POST /api/generations/:id/share": {
    access: "manage",
    path: ({ id }) => `/api/generations/${id}/share`,
    body: () => ({ showPrompt: true }),
    statuses: owner(200),
  },
  "DELETE /api/generations/:id/share": {
    access: "manage",
    path: ({ id }) => `/api/generations/${id}/share`,
    statuses: owner(204),
  },
  "GET /api/keys": { access: "session", path: () => "/api/keys", statuses: signedIn(200) },
  "POST /api/keys": {
    access: "session",
    path: () => "/api/keys",
    body: () => ({ name: "a key", scopes: ["read"] }),
    statuses: signedIn(201),
  },
  "DELETE /api/keys/:id": { access: "session", path: ({ key }) => `/api/keys/${key}`, statuses: owner(204) },
  "DELETE /api/keys": { access: "session", path: () => "/api/keys", statuses: signedIn(204) },
  "GET /invite": { path: () => "/invite", statuses: everybody(200) },
  "POST /api/auth/invitation": {
    path: () => "/api/auth/invitation",
    body: () => ({ token: "a-guess" }),
    statuses: everybody(404),
  },
  "POST /api/auth/passkeys/register-options": {
    path: () => "/api/auth/passkeys/register-options",
    body: () => ({}),
    statuses: signedIn(200),
  },
  // What a browser adds is in tests/worker/passkeys.test.ts.
  "POST /api/auth/passkeys/register": {
    path: () => "/api/auth/passkeys/register",
    body: () => ({}),
    statuses: everybody(400),
  },
  "POST /api/auth/passkeys/sign-in-options": {
    path: () => "/api/auth/passkeys/sign-in-options",
    statuses: everybody(200),
  },
  "POST /api/auth/passkeys/sign-in": {
    path: () => "/api/auth/passkeys/sign-in",
    body: () => ({}),
    statuses: everybody(400),
  },
  "GET /api/passkeys": { access: "session", path: () => "/api/passkeys", statuses: signedIn(200) },
  "PATCH /api/passkeys/:id": {
    access: "session",
    path: ({ passkey }) => `/api/passkeys/${passkey}`,
    body: () => ({ name: "another name" }),
    statuses: owner(200),
  },
  "DELETE /api/passkeys/:id": {
    access: "session",
    path: ({ passkey }) => `/api/passkeys/${passkey}`,
    statuses: owner(204),
  },
  "GET /api/webhook-endpoints": {
    access: "manage",
    path: () => "/api/webhook-endpoints",
    statuses: signedIn(200),
  },
  "POST /api/webhook-endpoints": {
    access: "manage",
    path: () => "/api/webhook-endpoints",
    body: () => ({ url: "https://hooks.example.org/" }),
    statuses: signedIn(201),
  },
  "PATCH /api/webhook-endpoints/:id": {
    access: "manage",
    path: ({ endpoint }) => `/api/webhook-endpoints/${endpoint}`,
    body: () => ({ includePrompt: true }),
    statuses: owner(200),
  },
  "DELETE /api/webhook-endpoints/:id": {
    access: "manage",
    path: ({ endpoint }) => `/api/webhook-endpoints/${endpoint}`,
    statuses: owner(204),
  },
  "POST /api/webhook-endpoints/:id/rotate": {
    access: "manage",
    path: ({ endpoint }) => `/api/webhook-endpoints/${endpoint}/rotate`,
    statuses: owner(200),
  },
  "POST /api/webhook-endpoints/:id/test": {
    access: "manage",
    path: ({ endpoint }) => `/api/webhook-endpoints/${endpoint}/test`,
    statuses: owner(202),
  },
  "GET /api/webhook-endpoints/:id/deliveries": {
    access: "manage",
    path: ({ endpoint }) => `/api/webhook-endpoints/${endpoint}/deliveries`,
    statuses: owner(200),
  },
  "POST /api/webhook-endpoints/:id/deliveries/:deliveryId/resend": {
    access: "manage",
    path: ({ endpoint, delivery }) => `/api/webhook-endpoints/${endpoint}/deliveries/${delivery}/resend`,
    statuses: owner(202),
  },
  "GET /api/connected-apps": {
    access: "session",
    path: () => "/api/connected-apps",
    statuses: signedIn(200),
  },
  "DELETE /api/connected-apps/:id": {
    access: "session",
    path: ({ app }) => `/api/connected-apps/${app}`,
    statuses: owner(204),
  },
  "DELETE /api/connected-apps": {
    access: "session",
    path: () => "/api/connected-apps",
    statuses: signedIn(204),
  },
  // Only Skytells; no session is valid here.
  "POST /api/webhooks": {
    path: () => "/api/webhooks",
    body: ({ id }) => ({ id, status: "failed" }),
    statuses: everybody(401),
  },
  "GET /api/events": {
    access: "read",
    path: () => "/api/events",
    headers: { upgrade: "websocket" },
    statuses: signedIn(101),
  },
  "GET /api/admin/users": admin("users"),
  "GET /api/admin/usage": admin("usage"),
  "GET /api/admin/models": admin("models"),
  "GET /api/admin/actions": admin("actions"),
  "GET /api/admin/invitations": admin("invitations"),
  "POST /api/admin/invitations": {
    ...admin("invitations", ({ email }) => ({ email })),
    statuses: { ...admin("invitations").statuses, operator: 201 },
  },
  "DELETE /api/admin/invitations/:id": {
    ...admin("invitations/any"),
    statuses: { ...admin("invitations").statuses, operator: 404 },
  },
  "POST /api/admin/plan": admin("plan", ({ email }) => ({ user: email, plan: "pro" })),
  "POST /api/admin/suspend": admin("suspend", ({ email }) => ({ user: email })),
  "POST /api/admin/restore": admin("restore", ({ email }) => ({ user: email })),
  "POST /api/admin/operator": admin("operator", ({ email }) => ({ user: email, operator: false })),
  "POST /api/admin/delete-user": admin("delete-user", ({ email }) => ({ user: email })),
  "POST /api/admin/unshare": {
    ...admin("unshare", ({ token }) => ({ share: token })),
    // Only the link says which image is meant.
    statuses: { ...admin("unshare").statuses, operator: 404 },
  },
  "POST /api/admin/pause": admin("pause", () => ({ paused: false })),
  "POST /api/admin/recheck": admin("recheck", ({ id }) => ({ generation: id })),
  "POST /api/admin/doctor": admin("doctor", () => ({})),
  "POST /api/admin/doctor/self-test": admin("doctor/self-test", () => ({})),
  // Without the role there is no such page; who is signed out is asked to sign in.
  "GET /admin": { ...operatorsPage(200), path: () => "/admin" },
  "POST /admin/:action": {
    ...operatorsPage(303),
    path: () => "/admin/pause",
    body: () => ({ paused: false }),
    statuses: { ...everybody(303), other: 404, owner: 404, suspended: 404, deleted: 404 },
  },
  "GET /admin/setup": { ...operatorsPage(200), path: () => "/admin/setup" },
  "GET /images/:id/:n": { access: "read", path: ({ id }) => `/images/${id}/0`, statuses: owner(200) },
  "GET /.well-known/oauth-authorization-server": {
    path: () => "/.well-known/oauth-authorization-server",
    statuses: everybody(200),
  },
  "GET /.well-known/oauth-protected-resource": {
    path: () => "/.well-known/oauth-protected-resource",
    statuses: everybody(200),
  },
  "GET /.well-known/oauth-protected-resource/mcp": {
    path: () => "/.well-known/oauth-protected-resource/mcp",
    statuses: everybody(200),
  },
  // What follows is refused without the parameters of a real request: tests/worker/oauth.test.ts has those.
  "POST /oauth/register": { path: () => "/oauth/register", body: () => ({}), statuses: everybody(400) },
  "POST /oauth/token": { path: () => "/oauth/token", body: () => ({}), statuses: everybody(400) },
  "GET /oauth/authorize": { path: () => "/oauth/authorize", statuses: everybody(400) },
  "POST /oauth/authorize": { path: () => "/oauth/authorize", body: () => ({}), statuses: everybody(401) },
  // Scopes are checked by each tool: tests/worker/mcp.test.ts.
  "POST /mcp": {
    access: "key",
    path: () => "/mcp",
    body: () => ({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    headers: { accept: "application/json, text/event-stream" },
    statuses: everybody(401),
  },
  "GET /s/:token": { path: ({ token }) => `/s/${token}`, statuses: linkHolder(200) },
  "GET /s/:token/image": { path: ({ token }) => `/s/${token}/image`, statuses: linkHolder(200) },
  "GET /s/*": { path: ({ token }) => `/s/${token}/other`, statuses: everybody(404) },
  "GET /.well-known/security.txt": {
    path: () => "/.well-known/security.txt",
    settings: { CONTACT: "security@example.com" },
    statuses: everybody(200),
    isPublic: true,
  },
};
