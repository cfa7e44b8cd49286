import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { SCOPES } from "../../worker/shared/api-keys.ts";
import { hasTable } from "../../worker/studio/schema.ts";
import type { UserStudio } from "../../worker/studio/user-studio.ts";
import { createKey, makeOperator, newUser, ORIGIN, type Visitor } from "./support/app.ts";
import {
  CALLERS,
  type Caller,
  KEY_CALLERS,
  type KeyCaller,
  ROWS,
  type Row,
} from "./support/authorization.ts";

const OWN_SESSION: readonly Caller[] = ["owner", "suspended", "deleted"];
const KNOWS_LINK: readonly Caller[] = [...OWN_SESSION, "stranger", "revoked"];

/** A user's shared image, and what other users must not read of it. */
async function newPicture() {
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

type Picture = Awaited<ReturnType<typeof newPicture>>;

/** The state of things in which this caller comes. */
async function prepare(caller: Caller, { user, id }: Picture): Promise<void> {
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

/** `kept` is what was stored when the scene began. */
type Scene = { picture: Picture; cookie: string | null; kept: Kept };

async function newScene(caller: Caller): Promise<Scene> {
  const picture = await newPicture();
  await prepare(caller, picture);
  const kept = await keptOf(picture);
  if (OWN_SESSION.includes(caller)) return { picture, kept, cookie: picture.user.cookie };
  if (caller !== "other" && caller !== "operator") return { picture, kept, cookie: null };
  const user = await newUser();
  if (caller === "operator") await makeOperator(user);
  return { picture, kept, cookie: user.cookie };
}

/** Have no session that a request could change. */
const WITHOUT_SESSION: readonly Caller[] = ["nobody", "stranger", "revoked"];

const scenes = new Map<Caller, Promise<Scene>>();

/** What changes nothing, as each test asserts, leaves the image for the next test. */
function sceneFor(caller: Caller, status: number): Promise<Scene> {
  if (status < 400 && !WITHOUT_SESSION.includes(caller)) return newScene(caller);
  const known = scenes.get(caller) ?? newScene(caller);
  scenes.set(caller, known);
  return known;
}

const refusedKeys = new Map<string, Promise<KeyScene>>();

/** As `sceneFor`: a key that is refused changes nothing. */
function keySceneFor(caller: KeyCaller, row: Row): Promise<KeyScene> {
  if (statusOf(caller, row) < 400) return newKeyScene(caller, row);
  const name = `${caller} ${caller === "key without scope" ? row.access : ""}`;
  const known = refusedKeys.get(name) ?? newKeyScene(caller, row);
  refusedKeys.set(name, known);
  return known;
}

type KeyScene = { picture: Picture; secret: string; kept: Kept };

async function newKeyScene(caller: KeyCaller, row: Row): Promise<KeyScene> {
  const picture = await newPicture();
  const secret = await keyOf(caller, picture.user, row);
  return { picture, secret, kept: await keptOf(picture) };
}

async function ask(name: string, row: Row, caller: Caller, { picture, cookie }: Scene): Promise<Response> {
  const token = KNOWS_LINK.includes(caller) ? picture.token : "a-guess-at-a-token";
  return send(name, row, { ...picture, token }, cookie === null ? {} : { cookie });
}

async function send(
  name: string,
  row: Row,
  { user, id, token, preset, collection, key, app: grant, passkey, endpoint, delivery }: Picture,
  credentials: Record<string, string>,
): Promise<Response> {
  const target = {
    id,
    token,
    email: user.email,
    preset,
    collection,
    key,
    app: grant,
    passkey,
    endpoint,
    delivery,
  };
  const body = row.body?.(target);
  return app.request(
    new URL(row.path(target), ORIGIN).href,
    {
      method: name.slice(0, name.indexOf(" ")),
      headers: {
        // Sign-in is limited by the address.
        "cf-connecting-ip": crypto.randomUUID(),
        ...credentials,
        ...(body !== undefined && {
          "content-type": body instanceof Uint8Array ? "image/png" : "application/json",
        }),
        ...row.headers,
      },
      ...(body !== undefined && { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
    },
    { ...env, ...row.settings },
    createExecutionContext(),
  );
}

type Kept = Awaited<ReturnType<typeof keptOf>>;

/** All that is stored of the image's owner, in few calls. */
async function keptOf({ user: { id: userId }, id }: Picture) {
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

/** All that came back, headers included. */
async function textOf(response: Response): Promise<string> {
  if (response.webSocket) {
    response.webSocket.accept();
    response.webSocket.close();
    return "";
  }
  return `${JSON.stringify([...response.headers])} ${await response.text()}`;
}

function expectSafeHeaders(response: Response, { isPublic }: Row): void {
  const header = (name: string) => response.headers.get(name) ?? "";
  if (!isPublic) expect(header("cache-control"), "not for shared caches").toMatch(/\b(?:no-store|private)\b/);
  expect(header("cache-control")).not.toContain("public");
  expect(header("content-security-policy")).toMatch(/^default-src 'none'/);
  expect(header("content-security-policy")).not.toMatch(/unsafe-|\*/);
  expect(header("x-content-type-options")).toBe("nosniff");
  expect(header("referrer-policy")).toMatch(/^(?:same-origin|no-referrer)$/);
  expect(header("permissions-policy")).toContain("camera=()");
  expect(header("cross-origin-opener-policy")).toBe("same-origin");
  expect(header("cross-origin-resource-policy")).toMatch(/^(?:same|cross)-origin$/);
  expect(header("access-control-allow-origin")).toBe("");
}

describe("the authorization matrix", () => {
  it("has a row for every route", () => {
    const handled = app.routes.filter(({ method }) => method !== "ALL");
    const names = new Set(handled.map(({ method, path }) => `${method} ${path}`));
    expect([...names].sort()).toEqual(Object.keys(ROWS).sort());
    // Middleware serves every method; any other such route would not be in the table.
    for (const { method, path } of app.routes) if (method === "ALL") expect(path).toMatch(/\*$/);
  });

  describe.each(Object.entries(ROWS))("%s", (name, row) => {
    it.each(CALLERS)("%s", async (caller) => {
      const scene = await sceneFor(caller, row.statuses[caller]);
      const { user, prompt, pixels, token, secretUrl, name: secretName } = scene.picture;

      const response = await ask(name, row, caller, scene);
      const text = await textOf(response);

      expect(response.status, text).toBe(row.statuses[caller]);
      expectSafeHeaders(response, row);
      if (caller === "owner" || (caller === "operator" && row.isForOperators)) return;
      // The link shows the image; its prompt stays untold unless its owner says otherwise.
      const isShown = caller === "stranger" && response.ok;
      const secrets = [
        prompt,
        secretName,
        secretUrl,
        user.email,
        user.id,
        ...(isShown ? [] : [pixels]),
        ...(KNOWS_LINK.includes(caller) ? [] : [token]),
      ];
      for (const secret of secrets) expect(text).not.toContain(secret);
      expect(await keptOf(scene.picture), "nothing has changed").toEqual(scene.kept);
    });

    it.each(KEY_CALLERS)("%s", async (caller) => {
      const { picture, secret, kept } = await keySceneFor(caller, row);

      const credentials = { authorization: `Bearer ${secret}` };
      const response = await send(name, row, { ...picture, token: "a-guess-at-a-token" }, credentials);
      const text = await textOf(response);

      expect(response.status, text).toBe(statusOf(caller, row));
      expectSafeHeaders(response, row);
      expect(text).not.toContain(secret);
      if (response.status >= 400) expect(await keptOf(picture), "nothing has changed").toEqual(kept);
    });
  });
});

async function keyOf(caller: KeyCaller, user: Visitor, { access }: Row): Promise<string> {
  const scopes = SCOPES.filter((scope) => caller !== "key without scope" || scope !== access);
  const { key, secret } = await createKey(user, { scopes });
  if (caller === "revoked key") await user.call(`/api/keys/${key.id}`, { method: "DELETE" });
  if (caller === "expired key") {
    await env.DB.prepare("update api_keys set expires_at = 1 where id = ?").bind(key.id).run();
  }
  return secret;
}

function statusOf(caller: KeyCaller, { access, statuses }: Row): number {
  if (access === undefined) return statuses.nobody;
  if (caller === "revoked key" || caller === "expired key") return 401;
  if (access === "key") return 200;
  return caller === "key" && access !== "session" ? statuses.owner : 403;
}
