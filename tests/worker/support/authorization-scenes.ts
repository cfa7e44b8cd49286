/** What the authorization matrix is asked about: a user's shared image in each state, and what is stored of it. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { SCOPES } from "../../../worker/shared/api-keys.ts";
import { hasTable } from "../../../worker/studio/schema.ts";
import type { UserStudio } from "../../../worker/studio/user-studio.ts";
import { createKey, newUser, ORIGIN, type Visitor } from "./app.ts";
import { type Caller, KEY_CALLERS, type KeyCaller, type Row } from "./authorization.ts";

/** A user's shared image, and what other users must not read of it. */
export async function newUserData() {
  const user = await newUser();
  const id = `matrix-${crypto.randomUUID()}`;
  const prompt = `a secret ${crypto.randomUUID()}`;
  const pixels = `pixels ${crypto.randomUUID()}`;
  const token = crypto.randomUUID().replaceAll("-", "");
  await env.OUTPUTS.put(`outputs/${user.id}/${id}/0.png`, pixels);
  await env.DB.prepare(
    `insert into generations (id, user_id, prompt, status, output_url, outputs, share_token, created_at, completed_at)
     values (?, ?, ?, 'succeeded', ?, '[{"n":0,"ext":"png","width":1,"height":1}]', ?, 1, 1)`,
  )
    .bind(id, user.id, prompt, `/images/${id}/0`, token)
    .run();
  const [preset, collection, key, app] = [`preset-${id}`, `collection-${id}`, `key-${id}`, `app-${id}`];
  const passkey = `passkey-${id}`;
  const name = `a secret name ${crypto.randomUUID()}`;
  await env.DB.batch([
    env.DB.prepare("insert into presets (id, user_id, name, prompt, created_at) values (?, ?, ?, ?, 1)").bind(
      preset,
      user.id,
      name,
      prompt,
    ),
    env.DB.prepare("insert into collections (id, user_id, name, created_at) values (?, ?, ?, 1)").bind(
      collection,
      user.id,
      name,
    ),
    env.DB.prepare(
      "insert into api_keys (id, user_id, name, digest, last_four, scopes, created_at) values (?, ?, ?, ?, 'abcd', '[]', 1)",
    ).bind(key, user.id, name, key),
    env.DB.prepare("insert into passkeys values (?, ?, ?, '', -7, 0, 0, 1, null)").bind(
      passkey,
      user.id,
      name,
    ),
    env.DB.prepare("insert into collection_items values (?, ?, 1, ?)").bind(collection, user.id, id),
    env.DB.prepare("insert into oauth_entries (key, value) values (?, ?)").bind(
      `grant:${user.id}:${app}`,
      JSON.stringify({ id: app, scope: [], metadata: { name, redirectHost: "localhost" }, createdAt: 1 }),
    ),
  ]);
  const [endpoint, delivery] = [`endpoint-${id}`, `delivery-${id}`];
  const secretUrl = `${env.RECEIVER}/to/${crypto.randomUUID()}`;
  await inStudio(user.id, async (studio, { storage }) => {
    const claim = { userId: user.id, epoch: 0 };
    const made = await studio.createEndpoint(claim, {
      id: endpoint,
      url: secretUrl,
      includePrompt: false,
      secret: "whsec_c2VjcmV0",
      origin: ORIGIN,
    });
    expect(made.ok).toBe(true);
    storage.sql.exec(
      `insert into deliveries (id, endpoint_id, event, payload, status, attempts, created_at, finished_at)
       values (?, ?, 'webhook.test', '{}', 'failed', 1, 1, ?)`,
      delivery,
      endpoint,
      Date.now(),
    );
  });
  return {
    user,
    id,
    prompt,
    pixels,
    token,
    preset,
    collection,
    key,
    app,
    passkey,
    endpoint,
    delivery,
    secretUrl,
    name,
  };
}

const inStudio = <T>(
  userId: string,
  act: (studio: UserStudio, state: DurableObjectState) => T | Promise<T>,
): Promise<T> => runInDurableObject(env.STUDIO.getByName(userId) as DurableObjectStub<UserStudio>, act);

export type UserData = Awaited<ReturnType<typeof newUserData>>;

/** The state of things in which this caller comes. */
async function prepare(caller: Caller, { user, id }: UserData): Promise<void> {
  const change: Partial<Record<Caller, [sql: string, id: string]>> = {
    suspended: ["update users set suspended_at = 1 where id = ?", user.id],
    deleted: ["update users set deleted_at = 1 where id = ?", user.id],
    revoked: ["update generations set share_token = null where id = ?", id],
  };
  const [sql, value] = change[caller] ?? [];
  if (sql) await env.DB.prepare(sql).bind(value).run();
  if (caller === "deleted")
    await env.DB.batch([
      env.DB.prepare("delete from api_keys where user_id = ?").bind(user.id),
      env.DB.prepare("delete from passkeys where user_id = ?").bind(user.id),
      env.DB.prepare("delete from oauth_entries where key like ?").bind(`grant:${user.id}:%`),
    ]);
}

/** A user's shared image, and what was stored when the scene began. */
export type Scene = { data: UserData; kept: Kept };

export const sceneOf = async (data: UserData): Promise<Scene> => ({ data, kept: await keptOf(data) });

export async function newScene(caller: Caller): Promise<Scene> {
  const data = await newUserData();
  await prepare(caller, data);
  return sceneOf(data);
}

/** With the API keys of its owner, which exist before the first request. */
type SharedScene = Scene & { secrets: Map<string, string> };

export const keyName = (caller: KeyCaller, { access }: Row) =>
  caller === "key without scope" && SCOPES.some((scope) => scope === access) ? `without ${access}` : caller;

async function newSharedScene(): Promise<SharedScene> {
  const data = await newUserData();
  const secrets = new Map<string, string>();
  for (const caller of KEY_CALLERS) secrets.set(caller, await keyOf(caller, data.user));
  for (const scope of SCOPES) {
    secrets.set(`without ${scope}`, await keyOf("key without scope", data.user, scope));
  }
  return { ...(await sceneOf(data)), secrets };
}

let shared: Promise<SharedScene> | undefined;
export const sharedScene = () => (shared ??= newSharedScene());

/** Callers for whom the image or its owner is in another state. */
const OTHER_STATES: readonly Caller[] = ["suspended", "deleted", "revoked"];
const otherScenes = new Map<Caller, Promise<Scene>>();

export function keptScene(caller: Caller): Promise<Scene> {
  if (!OTHER_STATES.includes(caller)) return sharedScene();
  const known = otherScenes.get(caller) ?? newScene(caller);
  otherScenes.set(caller, known);
  return known;
}

type Kept = Awaited<ReturnType<typeof keptOf>>;

/** All that is stored of the image's owner, in few calls. */
export async function keptOf({ user: { id: userId }, id }: UserData) {
  const own = (table: string) => env.DB.prepare(`select * from ${table} where user_id = ?`).bind(userId);
  const tables = ["generations", "presets", "collections", "collection_items", "passkeys", "api_keys"];
  const grants = env.DB.prepare("select * from oauth_entries where key like ?").bind(`grant:${userId}:%`);
  const [results, endpoints, object] = await Promise.all([
    env.DB.batch<Record<string, unknown>>([...tables.map(own), grants]),
    inStudio(userId, (_, { storage }) =>
      ["webhook_endpoints", "deliveries"]
        .filter((table) => hasTable(storage.sql, table))
        .map((table) => storage.sql.exec(`select * from ${table}`).toArray()),
    ),
    env.OUTPUTS.get(`outputs/${userId}/${id}/0.png`).then((found) => found?.text()),
  ]);
  // Its own use changes a key.
  const rows = results.map(({ results: found }) => found.map((row) => ({ ...row, last_used_at: null })));
  return { rows, endpoints, object };
}

export async function keyOf(caller: KeyCaller, user: Visitor, without?: Row["access"]): Promise<string> {
  const scopes = SCOPES.filter((scope) => caller !== "key without scope" || scope !== without);
  const { key, secret } = await createKey(user, { scopes });
  if (caller === "revoked key") await user.call(`/api/keys/${key.id}`, { method: "DELETE" });
  if (caller === "expired key") {
    await env.DB.prepare("update api_keys set expires_at = 1 where id = ?").bind(key.id).run();
  }
  return secret;
}
