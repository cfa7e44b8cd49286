/** The HTTP API: order of the checks, prompts, ids and lists, sessions. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { ProblemCode } from "../../worker/shared/error-codes.ts";
import {
  call,
  expectProblem,
  generate,
  list,
  newPrompt,
  newUser,
  ORIGIN,
  reaches,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { createsOf } from "./support/simulator.ts";

let user: Visitor;
beforeAll(async () => {
  user = await newUser();
});

const MEGABYTES_10 = "x".repeat(10 * 1024 * 1024);

describe("POST /api/generate rejects", () => {
  const bodies: [name: string, body: unknown, code: ProblemCode][] = [
    ["no prompt", {}, "invalid_prompt"],
    ["an empty prompt", { prompt: "" }, "invalid_prompt"],
    ["a blank prompt", { prompt: " \n\t\u2003 " }, "invalid_prompt"],
    ["an invisible prompt", { prompt: "\u200b\u200d\ufeff" }, "invalid_prompt"],
    ["501 code points", { prompt: "🦊".repeat(501) }, "invalid_prompt"],
    ["a number for a prompt", { prompt: 7 }, "invalid_prompt"],
    ["null for a prompt", { prompt: null }, "invalid_prompt"],
    ["a list for a prompt", { prompt: ["a"] }, "invalid_prompt"],
    ["NUL", { prompt: "a\0b" }, "invalid_prompt"],
    ["a lone surrogate", '{"prompt":"a\\ud800b"}', "invalid_prompt"],
    [
      "a prompt longer than the model's schema allows",
      { prompt: "🦊".repeat(2_001), model: "truefusion-2.0" },
      "invalid_prompt",
    ],
    ["an unknown model", { prompt: "a", model: "dall-e" }, "invalid_model"],
    ["a model that is no text", { prompt: "a", model: {} }, "invalid_model"],
    ["an unknown field", { prompt: "a", steps: 3 }, "invalid_request"],
    ["an unknown aspect ratio", { prompt: "a", aspectRatio: "5:1" }, "invalid_request"],
    ["a negative seed", { prompt: "a", seed: -1 }, "invalid_request"],
    ["a seed past 2^31", { prompt: "a", seed: 2 ** 31 }, "invalid_request"],
    ["a broken seed", { prompt: "a", seed: 1.5 }, "invalid_request"],
    ["a long negative prompt", { prompt: "a", negativePrompt: "b".repeat(501) }, "invalid_request"],
    [
      "an option that the model lacks",
      { prompt: "a", model: "truefusion-edge", aspectRatio: "16:9" },
      "invalid_request",
    ],
    ["a list", [], "invalid_request"],
    ["null", "null", "invalid_request"],
    ["broken JSON", '{"prompt":', "invalid_request"],
    ["everything wrong: the prompt first", { prompt: "", model: "x", y: 1 }, "invalid_prompt"],
    ["model and field wrong: the model first", { prompt: "a", model: "x", y: 1 }, "invalid_model"],
  ];
  it.each(bodies)("%s", async (_, body, code) => {
    await expectProblem(await user.post("/api/generate", body), code);
  });

  it("an invalid Idempotency-Key", async () => {
    for (const key of ["", "k".repeat(129), "ключ"]) {
      const response = await user.post(
        "/api/generate",
        { prompt: newPrompt() },
        { "idempotency-key": encodeURI(key) === key ? key : "\u00e9" },
      );
      await expectProblem(response, "invalid_request");
    }
  });

  it("before it calls Skytells or D1", async () => {
    const fresh = await newUser();
    await fresh.post("/api/generate", { prompt: "nothing of this", model: "x" });
    expect(await createsOf("nothing of this")).toEqual([]);
    expect(await rowsOf(fresh)).toEqual([]);
  });
});

describe("order of the checks", () => {
  const post = (
    headers: Record<string, string>,
    body: string | null = MEGABYTES_10,
    path = "/api/generate",
  ) => call(path, { method: "POST", headers, ...(body !== null && { body }) });

  it("404 and 405 first", async () => {
    await expectProblem(await post({ origin: "https://evil.example" }, "x", "/api/nothing"), "not_found");
    const response = await call("/api/generate", {
      method: "PUT",
      headers: { origin: "https://evil.example" },
      body: "x",
    });
    expect(response.headers.get("allow")).toBe("POST");
    await expectProblem(response, "method_not_allowed");
  });

  it("then Origin, session, size, type, JSON", async () => {
    await expectProblem(await post({ origin: "https://evil.example" }), "forbidden_origin");
    await expectProblem(await post({}), "unauthenticated");
    await expectProblem(await post({ cookie: user.cookie }), "payload_too_large");
    await expectProblem(
      await post({ cookie: user.cookie, "content-type": "text/plain" }, "{}"),
      "unsupported_media_type",
    );
    await expectProblem(
      await post({ cookie: user.cookie, "content-type": "application/json" }, "{"),
      "invalid_request",
    );
  });

  it("limits a body without Content-Length", async () => {
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const writing = (async () => {
      for (let at = 0; at < 40; at += 1) await writer.write(new Uint8Array(1024));
      await writer.close();
    })().catch(() => {});
    const response = await user.call("/api/generate", {
      method: "POST",
      body: readable,
      headers: { "content-type": "application/json" },
    });
    await expectProblem(response, "payload_too_large");
    await writer.abort().catch(() => {});
    await writing;
  });

  it("Origin: accepts the studio's and none; rejects null and cross-site", async () => {
    const prompt = { prompt: "" };
    await expectProblem(await user.post("/api/generate", prompt, { origin: ORIGIN }), "invalid_prompt");
    await expectProblem(await user.post("/api/generate", prompt, { origin: "null" }), "forbidden_origin");
    await expectProblem(
      await user.post("/api/generate", prompt, { "sec-fetch-site": "cross-site" }),
      "forbidden_origin",
    );
    await expectProblem(
      await user.post("/api/generate", prompt, { "sec-fetch-site": "same-origin" }),
      "invalid_prompt",
    );
    await expectProblem(
      await user.call("/api/events", { headers: { upgrade: "websocket", origin: "https://evil.example" } }),
      "forbidden_origin",
    );
    expect((await call("/api/health", { headers: { origin: "https://evil.example" } })).status).toBe(200);
  });
});

describe.concurrent("valid prompts", () => {
  it.each([
    ["emoji only", "🦊🌲❄️"],
    ["right to left", "ثعلب في الثلج عند الفجر"],
    ["several lines", "a fox\nin the snow\n\nat dawn"],
    ["500 emoji", "🦊".repeat(500)],
    ["500 after composing", "e\u0301".repeat(500)],
  ])("%s", async (_, prompt) => {
    const someone = await newUser();
    const generation = await generate(someone, prompt);
    expect(generation.prompt).toBe(prompt.normalize("NFC"));
    await reaches(someone, generation.id, "succeeded");
  });

  it("of the maximum length in the model's schema", async () => {
    const someone = await newUser();
    const prompt = "🦊".repeat(2_000);
    expect((await generate(someone, prompt, { model: "truefusion-2.0" })).prompt).toBe(prompt);
  });

  it("is stored trimmed and composed", async () => {
    const someone = await newUser();
    const generation = await generate(someone, "  Cafe\u0301 at night \n");
    expect(generation.prompt).toBe("Café at night");
  });
});

describe.concurrent("ids and lists", () => {
  it("another user's image is 404 on every route and does not change", async () => {
    const owner = await newUser();
    const { id } = await generate(owner);
    const done = await reaches(owner, id, "succeeded");
    const json = { "content-type": "application/json" };
    const attempts: [string, Parameters<Visitor["call"]>[1]][] = [
      [`/api/predictions/${id}`, {}],
      [`/api/predictions/${id}/cancel`, { method: "POST" }],
      [`/api/generations/${id}`, { method: "PATCH", body: '{"favorite":true}', headers: json }],
      [`/api/generations/${id}`, { method: "DELETE" }],
      [`/api/generations/${id}/share`, { method: "POST" }],
      [`/api/generations/${id}/share`, { method: "DELETE" }],
      [`/images/${id}/0`, {}],
      [`/images/${id}/0?size=thumb`, {}],
    ];
    for (const [path, init] of attempts) await expectProblem(await user.call(path, init), "not_found");
    expect((await owner.call(`/api/predictions/${id}`)).status).toBe(200);
    expect((await rowsOf(owner))[0]).toMatchObject({ favorite: 0, share_token: null, status: done.status });
  });

  it.each(["nope", "%00", "..%2f..%2fetc", "a".repeat(3000), "'%20or%201=1--", "%F0%9F%A6%8A", "%ff"])(
    "an id that is none: %s",
    async (id) => {
      await expectProblem(await user.call(`/api/predictions/${id}`), "not_found");
      await expectProblem(await user.call(`/api/predictions/${id}/cancel`, { method: "POST" }), "not_found");
      await expectProblem(await user.call(`/api/generations/${id}`, { method: "DELETE" }), "not_found");
      await expectProblem(await user.call(`/images/${id}/0`), "not_found");
    },
  );

  it.each([
    "limit=0",
    "limit=-1",
    "limit=1000000000",
    "limit=101",
    "limit=ten",
    "limit=1.5",
    "limit=",
    "cursor=garbage",
    "cursor=",
    "cursor=bnVsbA",
    "what=ever",
  ])("a list with %s", async (query) => {
    await expectProblem(await user.call(`/api/generations?${query}`), "invalid_request");
  });

  it("pages by cursor, newest first, each once, also with equal times", async () => {
    const someone = await newUser();
    const rows = Array.from({ length: 25 }, (_, at) => ({
      id: `page-${String(at).padStart(3, "0")}-${someone.id}`,
      at: 1_000 + Math.floor(at / 5),
    }));
    await env.DB.batch(
      rows.map(({ id, at }) =>
        env.DB.prepare(
          "insert into generations (id, user_id, prompt, status, created_at) values (?, ?, 'p', 'failed', ?)",
        ).bind(id, someone.id, at),
      ),
    );
    const seen: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page = await list(someone, `?limit=10${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor);
    expect(pages).toBe(3);
    expect(seen).toEqual(rows.map(({ id }) => id).reverse());
  });

  it("favorites are stored", async () => {
    const someone = await newUser();
    const { id } = await generate(someone);
    const patch = (body: unknown) =>
      someone.call(`/api/generations/${id}`, {
        method: "PATCH",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      });
    await expectProblem(await patch({ favorite: "yes" }), "invalid_request");
    expect(await (await patch({ favorite: true })).json()).toMatchObject({
      generation: { id, favorite: true },
    });
    // Also over the writes that follow.
    expect((await reaches(someone, id, "succeeded")).favorite).toBe(true);
  });
});

describe.concurrent("without a session", () => {
  it("every route of a user is 401", async () => {
    const requests: [string, string][] = [
      ["POST", "/api/generate"],
      ["GET", "/api/predictions/x"],
      ["POST", "/api/predictions/x/cancel"],
      ["GET", "/api/generations"],
      ["PATCH", "/api/generations/x"],
      ["DELETE", "/api/generations/x"],
      ["POST", "/api/generations/x/share"],
      ["DELETE", "/api/generations/x/share"],
      ["GET", "/images/x/0"],
      ["GET", "/api/events"],
    ];
    for (const [method, path] of requests) {
      await expectProblem(await call(path, { method }), "unauthenticated");
      await expectProblem(
        await call(path, { method, headers: { cookie: "session=nonsense" } }),
        "unauthenticated",
      );
    }
  });

  it("the session has what the studio needs to render", async () => {
    const response = await call("/api/session");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({
      user: null,
      limits: null,
      signIn: expect.arrayContaining(["dev"]),
      models: [{ id: "truefusion-pro", default: true }, { id: "truefusion-edge" }, { id: "truefusion-2.0" }],
    });
    expect(await (await call("/api/health")).json()).toMatchObject({ status: "ok" });
  });

  it("signing out clears the cookie", async () => {
    const someone = await newUser();
    const response = await someone.post("/api/auth/logout");
    expect(response.status).toBe(204);
    expect(response.headers.get("clear-site-data")).toBe('"storage"');
    expect(response.headers.get("set-cookie")).toMatch(/^session=; Max-Age=0/);
  });

  it("a session ends with a newer epoch, a suspension, or the deletion of its user", async () => {
    for (const [change, code] of [
      ["session_epoch = session_epoch + 1", "unauthenticated"],
      ["suspended_at = 1", "suspended"],
      ["deleted_at = 1", "unauthenticated"],
    ] as const) {
      const someone = await newUser();
      await env.DB.prepare(`update users set ${change} where id = ?`).bind(someone.id).run();
      await expectProblem(await someone.call("/api/generations"), code);
      await expectProblem(await someone.call("/api/predictions/x"), code);
      await expectProblem(await someone.call("/images/x/0"), code);
      await expectProblem(await someone.call("/api/events", { headers: { upgrade: "websocket" } }), code);
      await expectProblem(await someone.post("/api/generate", { prompt: newPrompt() }), code);
      expect(await (await someone.call("/api/session")).json()).toMatchObject({ user: null });
    }
  });
});

describe("dev sign-in", () => {
  const signIn = (url: string, body: unknown = { email: "someone@example.com" }) =>
    call(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  it("is 404 for a host that is not loopback", async () => {
    await expectProblem(await signIn("https://studio.example/api/auth/dev"), "not_found");
    expect((await signIn("http://127.0.0.1:9/api/auth/dev")).status).toBe(204);
  });

  it("is the same user for the same address, whatever its case", async () => {
    const email = `${crypto.randomUUID()}@Example.com`;
    const ids = await Promise.all(
      [email, email.toUpperCase()].map(async (address) => {
        const cookie =
          (await signIn("/api/auth/dev", { email: address })).headers.get("set-cookie")?.split(";")[0] ?? "";
        return (await (await call("/api/session", { headers: { cookie } })).json<{ user: { id: string } }>())
          .user.id;
      }),
    );
    expect(ids[0]).toBe(ids[1]);
  });

  it.each([{}, { email: "nobody" }, { email: 7 }, { email: "a@b.co", plan: "pro" }])(
    "refuses %j",
    async (body) => {
      await expectProblem(await signIn("/api/auth/dev", body), "invalid_request");
    },
  );
});
