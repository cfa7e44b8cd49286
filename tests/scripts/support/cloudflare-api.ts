/**
 * A stand-in of Cloudflare's API on loopback, for wrangler: an account with databases (real SQLite, so that migrations
 * run), buckets and Workers. It knows only the calls of `npm run deploy`; any other is 404 and is recorded.
 */
import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { type Context, Hono } from "hono";

export const ACCOUNT_ID = "acc";

export type Database = { id: string; name: string; sqlite: DatabaseSync };

export type Worker = { secrets: Map<string, string>; vars: Record<string, string>; deploys: number };

/** A response instead of the account's, for requests whose `METHOD path` matches. */
export type Fault = { matches: RegExp; status: number; code: number; message: string };

export type CloudflareApi = {
  /** The value of CLOUDFLARE_API_BASE_URL. */
  url: string;
  databases: Map<string, Database>;
  buckets: Set<string>;
  workers: Map<string, Worker>;
  faults: Fault[];
  /** `METHOD path` of all requests, in order. */
  requests: string[];
  /** Those that no route answered. */
  unknown: string[];
  close: () => Promise<void>;
};

type Binding = { type: string; name: string; text?: string };

const problem = (c: Context, status: number, code: number, message: string) =>
  c.json({ success: false, errors: [{ code, message }], messages: [], result: null }, status as 404);

const success = (c: Context, result: unknown, more: object = {}) =>
  c.json({ success: true, errors: [], messages: [], result, ...more });

export async function startCloudflareApi(): Promise<CloudflareApi> {
  const api = new Hono();
  const databases = new Map<string, Database>();
  const buckets = new Set<string>();
  const workers = new Map<string, Worker>();
  const faults: Fault[] = [];
  const requests: string[] = [];
  const unknown: string[] = [];
  const noWorker = (c: Context) => problem(c, 404, 10007, "This Worker does not exist on your account.");

  api.use(async (c, next) => {
    const request = `${c.req.method} ${c.req.path.replace("/client/v4", "")}`;
    requests.push(request);
    const fault = faults.find(({ matches }) => matches.test(request));
    if (fault) return problem(c, fault.status, fault.code, fault.message);
    return next();
  });

  const account = new Hono();
  account.get("/d1/database", (c) => {
    const name = c.req.query("name");
    const found = [...databases.values()].filter((one) => name === undefined || one.name === name);
    const result = found.map(({ id, name }) => ({ uuid: id, name, version: "production" }));
    return success(c, result, { result_info: { page: 1, per_page: 100, total_count: result.length } });
  });
  account.post("/d1/database", async (c) => {
    const { name } = await c.req.json<{ name: string }>();
    const database = { id: randomUUID(), name, sqlite: new DatabaseSync(":memory:") };
    databases.set(name, database);
    return success(c, { uuid: database.id, name, created_in_region: "WEUR" });
  });
  const databaseOf = (c: Context) =>
    [...databases.values()].find(({ id, name }) => [id, name].includes(c.req.param("id") ?? ""));
  account.get("/d1/database/:id", (c) => {
    const database = databaseOf(c);
    if (!database) return problem(c, 404, 7404, "The database could not be found.");
    return success(c, { uuid: database.id, name: database.name, version: "production", num_tables: 0 });
  });
  account.post("/d1/database/:id/query", async (c) => {
    const database = databaseOf(c);
    if (!database) return problem(c, 404, 7404, "The database could not be found.");
    const { sql, params = [] } = await c.req.json<{ sql: string; params?: string[] }>();
    return success(c, runSql(database.sqlite, sql, params));
  });

  account.get("/r2/buckets/:name", (c) => {
    const { name } = c.req.param();
    if (!buckets.has(name)) return problem(c, 404, 10006, "The specified bucket does not exist.");
    return success(c, { name, location: "WEUR", storage_class: "Standard" });
  });
  account.post("/r2/buckets", async (c) => {
    const { name } = await c.req.json<{ name: string }>();
    buckets.add(name);
    return success(c, { name });
  });

  account.get("/workers/services/:name", (c) => {
    if (!workers.has(c.req.param("name"))) return noWorker(c);
    return success(c, {
      default_environment: { environment: "production", script: { last_deployed_from: "wrangler" } },
    });
  });
  account.get("/workers/scripts", (c) =>
    success(
      c,
      [...workers.keys()].map((id) => ({ id })),
    ),
  );
  account.get("/workers/scripts/:name/secrets", (c) => {
    const worker = workers.get(c.req.param("name"));
    if (!worker) return noWorker(c);
    return success(
      c,
      [...worker.secrets.keys()].map((name) => ({ name, type: "secret_text" })),
    );
  });
  account.get("/workers/scripts/:name/settings", (c) =>
    workers.has(c.req.param("name")) ? success(c, { bindings: [] }) : noWorker(c),
  );
  account.get("/workers/workers/:name", (c) => {
    const name = c.req.param("name");
    const subdomain = { enabled: true, previews_enabled: false };
    return workers.has(name)
      ? success(c, { id: name, name, subdomain, logpush: false, tags: [] })
      : noWorker(c);
  });
  account.get("/workers/scripts/:name/deployments", (c) => {
    if (!workers.has(c.req.param("name"))) return noWorker(c);
    return success(c, { deployments: [] });
  });
  account.post("/workers/scripts/:name/assets-upload-session", (c) =>
    success(c, { jwt: "all-assets", buckets: [] }),
  );
  account.put("/workers/scripts/:name", async (c) => {
    const form = await c.req.formData();
    const metadata = JSON.parse(form.get("metadata") as string) as { bindings: Binding[] };
    const worker = workers.get(c.req.param("name")) ?? {
      secrets: new Map<string, string>(),
      vars: {},
      deploys: 0,
    };
    worker.vars = {};
    for (const { type, name, text = "" } of metadata.bindings) {
      if (type === "secret_text") worker.secrets.set(name, text);
      if (type === "plain_text") worker.vars[name] = text;
    }
    worker.deploys += 1;
    workers.set(c.req.param("name"), worker);
    return success(c, {
      id: c.req.param("name"),
      deployment_id: randomUUID(),
      startup_time_ms: 20,
      has_assets: true,
    });
  });
  account.get("/workers/subdomain", (c) => success(c, { subdomain: "acme" }));
  account.get("/workers/scripts/:name/subdomain", (c) =>
    success(c, { enabled: true, previews_enabled: true }),
  );
  account.post("/workers/scripts/:name/subdomain", (c) =>
    success(c, { enabled: true, previews_enabled: true }),
  );
  account.get("/workers/durable_objects/namespaces", (c) => success(c, []));

  api.route(`/client/v4/accounts/${ACCOUNT_ID}`, account);
  // The sizes that `d1 info` and `r2 bucket info` show.
  api.post("/client/v4/graphql", (c) => c.json({ data: { viewer: { accounts: [{}] } } }));
  // After an authentication error wrangler asks whose token it has.
  api.get("/client/v4/user", (c) => success(c, { id: "user", email: "operator@example.com" }));
  api.get("/client/v4/user/tokens/verify", (c) => success(c, { id: "token", status: "active" }));
  api.get("/client/v4/accounts", (c) => success(c, [{ id: ACCOUNT_ID, name: "Acme" }]));
  api.get("/client/v4/memberships", (c) => success(c, [{ account: { id: ACCOUNT_ID, name: "Acme" } }]));
  api.notFound((c) => {
    unknown.push(`${c.req.method} ${c.req.url}`);
    return problem(c, 404, 7003, "Could not route to this address.");
  });

  const server = serve({ fetch: api.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((listening) => server.once("listening", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/client/v4`,
    databases,
    buckets,
    workers,
    faults,
    requests,
    unknown,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

/** The response of D1 to one query, or to several statements without parameters. */
function runSql(sqlite: DatabaseSync, sql: string, params: string[]): object[] {
  const meta = { duration: 0, changes: 0, rows_read: 0, rows_written: 0, served_by: "test" };
  if (params.length === 0 && /;\s*\S/.test(sql)) {
    sqlite.exec(sql);
    return [{ results: [], success: true, meta }];
  }
  return [{ results: sqlite.prepare(sql).all(...params), success: true, meta }];
}
