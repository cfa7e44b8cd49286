import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../worker/app.ts";
import { SCOPES } from "../../worker/shared/api-keys.ts";
import { hasTable } from "../../worker/studio/schema.ts";
import type { UserStudio } from "../../worker/studio/user-studio.ts";
import { createKey, makeOperator, newUser, ORIGIN, rowsOf, type Visitor } from "./support/app.ts";
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
    env.DB.prepare("insert into collection_items values (?, ?, 1, ?)").bind(collection, user.id, id),
    env.DB.prepare("insert into oauth_entries (key, value) values (?, ?)").bind(
      `grant:${user.id}:${app}`,
      JSON.stringify({ id: app, scope: [], metadata: { name, redirectHost: "localhost" }, createdAt: 1 }),
    ),
  ]);
  const [endpoint, delivery] = [`endpoint-${id}`, `delivery-${id}`];
  const secretUrl = `${env.RECEIVER}/to/${crypto.randomUUID()}`;
  await inStudio(user, async (studio, { storage }) => {
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
    endpoint,
    delivery,
    secretUrl,
    name,
  };
}

const inStudio = <T>(
  user: Visitor,
  act: (studio: UserStudio, state: DurableObjectState) => T | Promise<T>,
): Promise<T> => runInDurableObject(env.STUDIO.getByName(user.id) as DurableObjectStub<UserStudio>, act);

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
      env.DB.prepare("delete from oauth_entries where key like ?").bind(`grant:${user.id}:%`),
    ]);
}

type Scene = { picture: Picture; cookie: string | null };

async function newScene(caller: Caller): Promise<Scene> {
  const picture = await newPicture();
  await prepare(caller, picture);
  if (OWN_SESSION.includes(caller)) return { picture, cookie: picture.user.cookie };
  if (caller !== "other" && caller !== "operator") return { picture, cookie: null };
  const user = await newUser();
  if (caller === "operator") await makeOperator(user);
  return { picture, cookie: user.cookie };
}

const scenes = new Map<Caller, Promise<Scene>>();

/** A refusal changes nothing, so what comes after it can be tried on the same image. */
function sceneFor(caller: Caller, status: number): Promise<Scene> {
  if (status < 400) return newScene(caller);
  const known = scenes.get(caller) ?? newScene(caller);
  scenes.set(caller, known);
  return known;
}

async function ask(name: string, row: Row, caller: Caller, { picture, cookie }: Scene): Promise<Response> {
  const token = KNOWS_LINK.includes(caller) ? picture.token : "a-guess-at-a-token";
  return send(name, row, { ...picture, token }, cookie === null ? {} : { cookie });
}

async function send(
  name: string,
  row: Row,
  { user, id, token, preset, collection, key, app: grant, endpoint, delivery }: Picture,
  credentials: Record<string, string>,
): Promise<Response> {
  const target = { id, token, email: user.email, preset, collection, key, app: grant, endpoint, delivery };
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

async function keptOf(user: Visitor, id: string) {
  const object = await env.OUTPUTS.get(`outputs/${user.id}/${id}/0.png`);
  const own = async (table: string) =>
    (await env.DB.prepare(`select * from ${table} where user_id = ?`).bind(user.id).all()).results;
  return {
    rows: await rowsOf(user),
    presets: await own("presets"),
    collections: await own("collections"),
    // Its own use changes a key.
    keys: (await own("api_keys")).map((key) => ({ ...key, last_used_at: null })),
    items: await own("collection_items"),
    endpoints: await inStudio(user, (_, { storage }) =>
      ["webhook_endpoints", "deliveries"]
        .filter((table) => hasTable(storage.sql, table))
        .map((table) => storage.sql.exec(`select * from ${table}`).toArray()),
    ),
    grants: (
      await env.DB.prepare("select * from oauth_entries where key like ?").bind(`grant:${user.id}:%`).all()
    ).results,
    object: object && (await object.text()),
  };
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
      const { user, id, prompt, pixels, token, secretUrl, name: secretName } = scene.picture;
      const before = await keptOf(user, id);

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
      expect(await keptOf(user, id), "nothing has changed").toEqual(before);
    });

    it.each(KEY_CALLERS)("%s", async (caller) => {
      const picture = await newPicture();
      const secret = await keyOf(caller, picture.user, row);
      const before = await keptOf(picture.user, picture.id);

      const credentials = { authorization: `Bearer ${secret}` };
      const response = await send(name, row, { ...picture, token: "a-guess-at-a-token" }, credentials);
      const text = await textOf(response);

      expect(response.status, text).toBe(statusOf(caller, row));
      expectSafeHeaders(response, row);
      expect(text).not.toContain(secret);
      if (!response.ok) expect(await keptOf(picture.user, picture.id), "nothing has changed").toEqual(before);
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
