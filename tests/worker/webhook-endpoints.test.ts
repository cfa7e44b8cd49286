/** Webhook endpoints: create, list, change, rotate, delete. What they receive: webhook-deliveries.test.ts. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { exportDocument } from "../../worker/api/schemas/export.ts";
import { newEndpointResponse } from "../../worker/api/schemas/webhook-endpoint.ts";
import { newSecret } from "../../worker/auth/webhook-secret.ts";
import { MAX_ENDPOINTS } from "../../worker/shared/webhooks.ts";
import { entriesOf } from "../zip.ts";
import {
  createKey,
  eventually,
  expectProblem,
  generate,
  killStudio,
  newPrompt,
  newUser,
  reaches,
  type Visitor,
  withKey,
} from "./support/app.ts";
import { advance } from "./support/clock.ts";
import { breakD1 } from "./support/faults.ts";
import {
  change,
  createEndpoint,
  deliveriesOf,
  endpointOf,
  ENDPOINTS,
  endpointsOf,
  eventIn,
  newestDelivery,
  patch,
  send,
  verified,
} from "./support/receiver.ts";
import { set } from "./support/settings.ts";

const URL_OF_OTHERS = "https://hooks.example.org/a?token=secret";

/** All that the user's object stores about endpoints and deliveries. */
const storedText = (user: Visitor) =>
  runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) =>
    ["webhook_endpoints", "deliveries"]
      .flatMap((table) => storage.sql.exec(`select * from ${table}`).toArray())
      .map((row) => JSON.stringify(row))
      .join("\n"),
  );

const tablesOf = (user: Visitor) =>
  runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) =>
    storage.sql
      .exec<{ name: string }>("select name from sqlite_master where type = 'table' and name not like '_cf%'")
      .toArray()
      .map(({ name }) => name),
  );

describe.concurrent("a new webhook endpoint", () => {
  it("shows its secret once, and stores it encrypted", async () => {
    const user = await newUser();
    const response = await user.post(ENDPOINTS, { url: URL_OF_OTHERS });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { endpoint, secret } = newEndpointResponse.parse(await response.json());
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(endpoint).toMatchObject({
      url: URL_OF_OTHERS,
      includePrompt: false,
      enabled: true,
      disabledReason: null,
      needsRotation: false,
      previousSecretUntil: null,
      failingSince: null,
    });
    expect(await endpointsOf(user)).toEqual([endpoint]);
    expect(await storedText(user)).not.toContain(secret.slice(6, 20));
  });

  it.each([
    ["no URL", {}],
    ["a URL that is no text", { url: 1 }],
    ["an empty URL", { url: "" }],
    ["a URL that is none", { url: "hooks" }],
    ["plain http", { url: "http://hooks.example.org" }],
    ["an IP address", { url: "https://10.0.0.1/" }],
    ["a port", { url: "https://hooks.example.org:8443/" }],
    ["a user name", { url: "https://a:b@hooks.example.org/" }],
    ["the studio's own address", { url: "http://localhost:9/api/generate" }],
    ["a very long URL", { url: `https://hooks.example.org/${"a".repeat(3_000)}` }],
    ["another type of includePrompt", { url: URL_OF_OTHERS, includePrompt: "yes" }],
    ["an unknown field", { url: URL_OF_OTHERS, secret: "whsec_mine" }],
  ])("with %s is refused", async (_, body) => {
    const user = await newUser();
    await expectProblem(await user.post(ENDPOINTS, body), "invalid_request");
    expect(await endpointsOf(user)).toEqual([]);
  });

  it("is refused on loopback by a studio that is not", async () => {
    const user = await newUser();
    await set(user, { PUBLIC_URL: "https://studio.example" });
    for (const url of ["http://localhost:3000/", "https://127.0.0.1/", "https://studio.example/hook"])
      await expectProblem(await user.post(ENDPOINTS, { url }), "invalid_request");
    expect((await user.post(ENDPOINTS, { url: URL_OF_OTHERS })).status).toBe(201);
  });

  it("is refused above the maximum, also in a race", async () => {
    const user = await newUser();
    const responses = await Promise.all(
      Array.from({ length: 6 }, () => user.post(ENDPOINTS, { url: URL_OF_OTHERS })),
    );
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(MAX_ENDPOINTS);
    for (const response of responses)
      if (response.status !== 201) await expectProblem(response, "maximum_reached");
    const [first] = await endpointsOf(user);
    expect((await user.call(`${ENDPOINTS}/${first?.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await user.post(ENDPOINTS, { url: URL_OF_OTHERS })).status).toBe(201);
  });

  it("needs the scope manage of an API key, as every route of endpoints does", async () => {
    const user = await newUser();
    const { id } = await createEndpoint(user);
    const { secret: reader } = await createKey(user, { scopes: ["read", "generate"] });
    await expectProblem(await withKey(reader)(ENDPOINTS), "insufficient_scope");
    await expectProblem(await withKey(reader)(`${ENDPOINTS}/${id}/deliveries`), "insufficient_scope");
    const { secret: manager } = await createKey(user, { scopes: ["manage"] });
    expect((await withKey(manager)(ENDPOINTS)).status).toBe(200);
  });
});

describe.concurrent("a change of an endpoint", () => {
  it("replaces the fields that it names", async () => {
    const user = await newUser();
    const { id, endpoint } = await createEndpoint(user);
    expect(await change(user, id, { includePrompt: true })).toEqual({ ...endpoint, includePrompt: true });
    expect(await change(user, id, { url: URL_OF_OTHERS })).toMatchObject({
      url: URL_OF_OTHERS,
      includePrompt: true,
    });
    expect(await change(user, id, { enabled: false })).toMatchObject({
      enabled: false,
      disabledReason: "user",
    });
    expect(await change(user, id, { enabled: true })).toMatchObject({ enabled: true, disabledReason: null });
  });

  it.each([{}, { url: "https://10.0.0.1/" }, { url: null }, { enabled: "yes" }, { secret: "whsec_a" }])(
    "to %o is refused",
    async (body) => {
      const user = await newUser();
      const { id, endpoint } = await createEndpoint(user);
      await expectProblem(await patch(user, id, body), "invalid_request");
      expect(await endpointsOf(user)).toEqual([endpoint]);
    },
  );

  it("stops deliveries while it is disabled", async () => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user);
    await change(user, id, { enabled: false });
    const made = await generate(user, newPrompt("terminal"));
    await reaches(user, made.id, "succeeded");
    expect((await deliveriesOf(user, id)).deliveries).toEqual([]);
    await expectProblem(await user.post(`${ENDPOINTS}/${id}/test`), "not_ready");
    expect(await receiver.requests()).toEqual([]);
  });
});

describe.concurrent("an endpoint of another user", () => {
  it("is not found, like one that does not exist", async () => {
    const [owner, other] = [await newUser(), await newUser()];
    const { id, endpoint } = await createEndpoint(owner);
    const { id: delivery } = await send(owner, `${id}/test`);
    await newestDelivery(owner, id, { status: "delivered" });
    await createEndpoint(other);
    for (const known of [id, "unknown"]) {
      const path = `${ENDPOINTS}/${known}`;
      await expectProblem(await patch(other, known, { enabled: false }), "not_found");
      await expectProblem(await other.call(path, { method: "DELETE" }), "not_found");
      await expectProblem(await other.post(`${path}/test`), "not_found");
      await expectProblem(await other.post(`${path}/rotate`), "not_found");
      await expectProblem(await other.call(`${path}/deliveries`), "not_found");
      await expectProblem(await other.post(`${path}/deliveries/${delivery}/resend`), "not_found");
    }
    expect(await endpointsOf(owner)).toEqual([endpoint]);
  });

  it("and its deliveries are not found through the own one", async () => {
    const user = await newUser();
    const [first, second] = [await createEndpoint(user), await createEndpoint(user)];
    const { id: delivery } = await send(user, `${first.id}/test`);
    const path = `${ENDPOINTS}/${second.id}/deliveries/${delivery}/resend`;
    await expectProblem(await user.post(path), "not_found");
  });
});

describe.concurrent("a rotated secret", () => {
  it("signs beside the old one for a day, then alone", async () => {
    const user = await newUser();
    const { id, secret: old, receiver } = await createEndpoint(user);
    const response = await user.post(`${ENDPOINTS}/${id}/rotate`);
    expect(response.status).toBe(200);
    const { endpoint, secret } = newEndpointResponse.parse(await response.json());
    expect(secret).not.toBe(old);
    const until = Date.parse(endpoint.previousSecretUntil ?? "");
    expect(until).toBeGreaterThan(Date.now() + 23 * 60 * 60_000);

    await send(user, `${id}/test`);
    const [during] = await receiver.requests(1);
    expect(during?.headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
    for (const known of [old, secret])
      expect(verified(during, known)).toMatchObject({ type: "webhook.test" });

    await newestDelivery(user, id, { status: "delivered" });
    await advance(user, 25 * 60 * 60_000);
    await send(user, `${id}/test`);
    const { 1: after } = await receiver.requests(2);
    expect(after?.headers["webhook-signature"]).toMatch(/^v1,\S+$/);
    expect((await endpointOf(user, id))?.previousSecretUntil).toBeNull();
  });

  it("replaces one that SESSION_SECRET does not open any more", async () => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user);
    await set(user, { SESSION_SECRET: "another-secret-of-these-tests" });
    expect(await endpointOf(user, id)).toMatchObject({ enabled: true, needsRotation: true });
    await send(user, `${id}/test`);
    await newestDelivery(user, id, { status: "failed", error: "secret_unreadable", responseStatus: null });
    const response = await user.post(`${ENDPOINTS}/${id}/rotate`);
    const { endpoint, secret } = newEndpointResponse.parse(await response.json());
    expect(endpoint).toMatchObject({ needsRotation: false, previousSecretUntil: null });
    await send(user, `${id}/test`);
    expect(verified((await receiver.requests(1))[0], secret)).toMatchObject({ type: "webhook.test" });
  });

  it("is not needed after SESSION_SECRET has got a new first value: a delivery encrypts it again", async () => {
    const user = await newUser();
    const { id, secret, receiver } = await createEndpoint(user);
    await set(user, { SESSION_SECRET: `another-secret-of-these-tests,${env.SESSION_SECRET}` });
    await send(user, `${id}/test`);
    await newestDelivery(user, id, { status: "delivered" });
    await set(user, { SESSION_SECRET: "another-secret-of-these-tests" });
    expect(await endpointOf(user, id)).toMatchObject({ needsRotation: false });
    await send(user, `${id}/test`);
    expect(verified((await receiver.requests(2))[1], secret)).toMatchObject({ type: "webhook.test" });
  });
});

describe.concurrent("deleting an endpoint", () => {
  it("deletes its deliveries, and sends nothing more", async () => {
    const user = await newUser();
    const { id, receiver } = await createEndpoint(user, "error");
    const made = await generate(user, newPrompt("terminal"));
    await reaches(user, made.id, "succeeded");
    await newestDelivery(user, id, { status: "pending", attempts: 1, error: "status" });
    expect((await user.call(`${ENDPOINTS}/${id}`, { method: "DELETE" })).status).toBe(204);
    await expectProblem(await user.call(`${ENDPOINTS}/${id}`, { method: "DELETE" }), "not_found");
    expect(await storedText(user)).toBe("");
    await advance(user, 60_000);
    expect(await receiver.requests()).toHaveLength(1);
  });

  it("happens with the account", async () => {
    const user = await newUser();
    const { receiver, id } = await createEndpoint(user, "error");
    const made = await generate(user, newPrompt("terminal"));
    await reaches(user, made.id, "succeeded");
    await newestDelivery(user, id, { status: "pending", attempts: 1, error: "status" });
    await generate(user, newPrompt("stuck"));
    expect((await user.call("/api/account", { method: "DELETE" })).status).toBe(204);
    await eventually(async () => {
      await advance(user, 2_000);
      expect(await tablesOf(user)).toEqual([]);
    });
    // Also not that the running generation was canceled.
    expect(await receiver.requests()).toHaveLength(1);
  });

  it("does not happen with the sessions or the API keys", async () => {
    const user = await newUser();
    const { id, secret, receiver } = await createEndpoint(user);
    const { secret: key } = await createKey(user);
    await user.post("/api/auth/logout-everywhere");
    await set(user, { CREATE_TIMEOUT_SECONDS: "20" });
    const body = JSON.stringify({ prompt: newPrompt("terminal") });
    const headers = { "content-type": "application/json" };
    expect((await withKey(key)("/api/generate", { method: "POST", headers, body })).status).toBe(202);
    expect(eventIn((await receiver.requests(1))[0], secret).type).toBe("generation.succeeded");
    expect((await withKey(key)(`${ENDPOINTS}/${id}/deliveries`)).status).toBe(200);
  });
});

it("a repeated rotation that another one overtakes returns the secret that signs", async () => {
  const user = await newUser();
  const { id, receiver } = await createEndpoint(user);
  const { subtle } = crypto;
  const real = subtle.decrypt.bind(subtle);
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const studio = env.STUDIO.getByName(user.id);
  const { epoch } = await env.DB.prepare("select session_epoch as epoch from users where id = ?")
    .bind(user.id)
    .first<{ epoch: number }>()
    .then((row) => row ?? { epoch: -1 });
  const secret = newSecret();
  const rotate = () => studio.rotateEndpoint({ userId: user.id, epoch }, id, secret);
  expect(await rotate()).toMatchObject({ ok: true });

  // Holds the repeat between its read of the endpoint and its write.
  const spy = vi.spyOn(subtle, "decrypt").mockImplementationOnce(async (...args) => {
    reached.resolve();
    await opened.promise;
    return real(...args);
  });
  onTestFinished(() => spy.mockRestore());
  const repeat = rotate();
  await reached.promise;
  expect((await user.post(`${ENDPOINTS}/${id}/rotate`)).status).toBe(200);
  opened.resolve();
  expect(await repeat).toMatchObject({ ok: true });

  // The next rotation's event is signed with the new secret and with the one before it.
  expect((await user.post(`${ENDPOINTS}/${id}/rotate`)).status).toBe(200);
  await send(user, `${id}/test`);
  expect(verified((await receiver.requests(1))[0], secret)).toMatchObject({ type: "webhook.test" });
});

it("endpoints survive a restart of the object", async () => {
  const user = await newUser();
  const { endpoint, id, secret, receiver } = await createEndpoint(user);
  await killStudio(user);
  expect(await endpointsOf(user)).toEqual([endpoint]);
  await send(user, `${id}/test`);
  expect(verified((await receiver.requests(1))[0], secret)).toMatchObject({ type: "webhook.test", data: {} });
});

it("endpoints are in the export of the account, without their secrets", async () => {
  const user = await newUser();
  const { endpoint, secret } = await createEndpoint(user);
  const response = await user.call("/api/account/export?part=1");
  const entries = entriesOf(new Uint8Array(await response.arrayBuffer()));
  const text = new TextDecoder().decode(entries.at(-1)?.bytes);
  expect(exportDocument.parse(JSON.parse(text)).webhookEndpoints).toEqual([endpoint]);
  expect(text).not.toContain(secret);
});

it("a list of endpoints creates no tables", async () => {
  const user = await newUser();
  expect(await endpointsOf(user)).toEqual([]);
  expect(await tablesOf(user)).toEqual([]);
});

it("an endpoint is not made while D1 cannot say whether the session stands", async () => {
  const user = await newUser();
  const end = breakD1();
  await expectProblem(await user.post(ENDPOINTS, { url: URL_OF_OTHERS }), "storage_unavailable");
  end();
  expect(await endpointsOf(user)).toEqual([]);
});
