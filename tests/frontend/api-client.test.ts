import { describe, expect, test, vi } from "vitest";
import { createApi } from "../../frontend/api/client.ts";

function respondingWith(status: number, body: string, headers: Record<string, string> = {}) {
  const send = vi.fn(
    async (_path: string, _init: RequestInit) =>
      new Response(status === 204 ? null : body, { status, headers }),
  );
  return { send, api: createApi(send) };
}

describe("the API client never throws", () => {
  test("returns a value", async () => {
    const { api } = respondingWith(200, JSON.stringify({ items: [], nextCursor: null }));
    expect(await api.list(null, 24)).toEqual({ ok: true, value: { items: [], nextCursor: null } });
  });

  test("returns no value for an empty body", async () => {
    const { api } = respondingWith(204, "");
    expect(await api.remove("g1")).toEqual({ ok: true, value: undefined });
  });

  test("returns an error with all that the studio acts on", async () => {
    const problem = {
      code: "upstream_timeout",
      detail: "No response.",
      pending: { id: "p1", until: "2026-11-22T10:02:00Z" },
      limits: { concurrent: 1, inFlight: 1, unconfirmed: 1 },
    };
    const { api } = respondingWith(504, JSON.stringify(problem), { "Retry-After": "2" });
    expect(await api.generate({ prompt: "x", model: "truefusion-pro" }, "k")).toEqual({
      ok: false,
      error: { ...problem, retryAfterSeconds: 2 },
    });
  });

  test("returns an error without network", async () => {
    const api = createApi(async () => {
      throw new TypeError("Failed to fetch");
    });
    expect(await api.session()).toMatchObject({ ok: false, error: { code: "network_error" } });
  });

  test("returns an error for a redirect to a gateway's sign-in page, for any request", async () => {
    const redirect = new Response(null);
    Object.defineProperty(redirect, "type", { value: "opaqueredirect" });
    const send = vi.fn(async (_path: string, _init: RequestInit) => redirect);
    const onRedirected = vi.fn();
    const api = createApi(send, onRedirected);
    const redirected = { ok: false, error: { code: "session_redirected" } };
    expect(await api.session()).toMatchObject(redirected);
    expect(onRedirected, "asking for the session again would not help").not.toHaveBeenCalled();
    for (const ask of [() => api.list(null, 24), () => api.remove("g1"), () => api.signOut(false)]) {
      expect(await ask()).toMatchObject(redirected);
    }
    expect(onRedirected).toHaveBeenCalledTimes(3);
    expect(send.mock.calls.map(([, init]) => init.redirect)).toEqual(Array(4).fill("manual"));
  });

  test.each([
    [502, "<html>Bad gateway</html>"],
    [200, "<html>Welcome to the hotel's wifi</html>"],
    [500, "null"],
  ])("returns an error for a response that is not the Worker's (%i %s)", async (status, body) => {
    const { api } = respondingWith(status, body);
    expect(await api.session()).toMatchObject({ ok: false, error: { code: "invalid_response" } });
  });
});

test.each([
  [403, "<html>Blocked</html>"],
  [413, "{}"],
  [502, ""],
])("says the status of an error that is not the Worker's (%i %s)", async (status, body) => {
  const { api } = respondingWith(status, body);
  expect(await api.session()).toMatchObject({ ok: false, error: { code: "invalid_response", status } });
});

test("keeps a code that only a newer Worker knows", async () => {
  const { api } = respondingWith(500, JSON.stringify({ code: "something_new" }));
  expect(await api.session()).toMatchObject({ ok: false, error: { code: "something_new" } });
});

test("has a code for errors that only the studio's owner can resolve", async () => {
  const { api } = respondingWith(503, JSON.stringify({ code: "upstream_unavailable", ownerMustAct: true }));
  expect(await api.session()).toMatchObject({ ok: false, error: { code: "owner_must_act" } });
});

describe("a request", () => {
  test("to generate carries its key and JSON", async () => {
    const { api, send } = respondingWith(202, "{}");
    await api.generate({ prompt: "x", model: "truefusion-pro" }, "the-key");
    const [path, init] = send.mock.calls[0] ?? [];
    expect([path, init?.method, init?.body]).toEqual([
      "/api/generate",
      "POST",
      JSON.stringify({ prompt: "x", model: "truefusion-pro" }),
    ]);
    expect(init?.headers).toEqual({ "Idempotency-Key": "the-key", "Content-Type": "application/json" });
  });

  test("for a list carries the given filters only", async () => {
    const { api, send } = respondingWith(200, "{}");
    await api.list(null, 24, { q: "a & ü", favorite: false, from: "2026-11-01T00:00:00+02:00" });
    expect(send.mock.calls[0]?.[0]).toBe(
      "/api/generations?limit=24&q=a+%26+%C3%BC&favorite=false&from=2026-11-01T00%3A00%3A00%2B02%3A00",
    );
  });

  test("in bulk outlives its page", async () => {
    const { api, send } = respondingWith(200, "{}");
    await api.bulk(["a", "b"], "delete");
    const [path, init] = send.mock.calls[0] ?? [];
    expect([path, init?.body, init?.keepalive]).toEqual([
      "/api/generations/bulk",
      JSON.stringify({ ids: ["a", "b"], action: "delete" }),
      true,
    ]);
  });

  test("escapes ids and cursors, and has no content type without a body", async () => {
    const { api, send } = respondingWith(200, "{}");
    await api.cancel("a/b");
    await api.list("c=&1", 48);
    expect(send.mock.calls.map(([path]) => path)).toEqual([
      "/api/predictions/a%2Fb/cancel",
      "/api/generations?limit=48&cursor=c%3D%261",
    ]);
    expect(send.mock.calls[0]?.[1].headers).toEqual({});
  });
});
