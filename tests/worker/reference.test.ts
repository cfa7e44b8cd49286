/** Reference images in generate, and their signed URLs. The simulator does not fetch them: the tests do. */
import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import type { Session } from "../../worker/api/schemas/session.ts";
import { app } from "../../worker/app.ts";
import { referenceUrl } from "../../worker/auth/reference-token.ts";
import { settingsOf } from "../../worker/config/settings.ts";
import {
  call,
  deliver,
  eventually,
  expectProblem,
  generate,
  isIdle,
  newPrompt,
  newUser,
  objectsOf,
  ORIGIN,
  reaches,
  type Visitor,
} from "./support/app.ts";
import { png } from "./support/image-files.ts";
import { set } from "./support/settings.ts";
import { createsOf, finish, webhookOf } from "./support/simulator.ts";
import { storedImages } from "./support/stored-images.ts";

const MODELS = [
  "truefusion-pro=Standard: without an image",
  "truefusion-edit=Edit: with an image",
  "truefusion-blend=Blend: with several",
  "upscale:upscaler=Upscale: twice the size",
].join(",");
const FILE = png(64, 48);
const DAY_SECONDS = 86_400;

/** A user of a studio that offers models with a reference image. */
async function newEditor(plan: "free" | "pro" = "free"): Promise<Visitor> {
  const user = await newUser(plan);
  await set(user, { MODELS });
  const withModels: Visitor["call"] = async (path, init) =>
    app.request(
      new URL(path, ORIGIN).href,
      { ...init, headers: { ...init?.headers, cookie: user.cookie } },
      { ...env, MODELS },
      createExecutionContext(),
    );
  return {
    ...user,
    call: withModels,
    post: (path, body, headers) =>
      withModels(path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
  };
}

async function upload(user: Visitor): Promise<string> {
  const response = await user.call("/api/uploads", { method: "POST", body: FILE });
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json<{ upload: { id: string } }>()).upload.id;
}

async function filesOf(user: Visitor): Promise<string[]> {
  const { objects } = await env.OUTPUTS.list({ prefix: `uploads/${user.id}/` });
  return objects.map(({ key }) => key);
}

/** A generation with this reference, and the URL that Skytells got. */
async function edit(
  user: Visitor,
  reference: object,
  { prompt = newPrompt("stuck"), model = "truefusion-edit" } = {},
) {
  const body = { model, reference };
  const generation = await generate(user, prompt, body);
  return { generation, url: await urlOf(prompt) };
}

async function urlOf(prompt: string): Promise<string> {
  const [create] = await createsOf(prompt);
  return String([create?.input["image"] ?? create?.input["input_images"]].flat()[0]);
}

const isGone = async (user: Visitor, url: string) =>
  eventually(async () => {
    await expectProblem(await call(url), "not_found");
    expect(await filesOf(user)).toEqual([]);
  });

describe("a generation with an upload", () => {
  it("gives Skytells a signed URL of the image, which ends with the job", async () => {
    const user = await newEditor();
    const id = await upload(user);
    const prompt = newPrompt("stuck");
    const { generation, url } = await edit(user, { upload: id }, { prompt });
    expect(generation.options.reference).toEqual({ upload: true });
    expect(url).toMatch(new RegExp(`^${ORIGIN}/api/references/image\\?token=`));
    expect(url).not.toContain(encodeURIComponent(user.email));

    for (const method of ["GET", "HEAD", "GET"]) {
      const response = await call(url, { method });
      expect(response.status).toBe(200);
      const header = (name: string) => response.headers.get(name);
      expect(header("content-type")).toBe("image/png");
      expect(header("content-length")).toBe(String(FILE.byteLength));
      expect(header("content-disposition")).toBe("attachment");
      expect(header("x-content-type-options")).toBe("nosniff");
      expect(header("cache-control")).toBe("no-store");
      expect(header("content-security-policy")).toContain("default-src 'none'");
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (method === "GET") expect(bytes).toEqual(FILE);
    }

    await finish(generation.id);
    await deliver(await webhookOf(generation.id, "succeeded"));
    const done = await reaches(user, generation.id, "succeeded");
    expect(done.options.reference).toEqual({ upload: true });
    await isGone(user, url);
    await expectProblem(
      await user.post("/api/generate", { prompt, model: "truefusion-edit", reference: { upload: id } }),
      "not_found",
    );
  });

  it("sends a list where the model takes one", async () => {
    const user = await newEditor();
    const prompt = newPrompt("stuck");
    await edit(user, { upload: await upload(user) }, { prompt, model: "truefusion-blend" });
    const [create] = await createsOf(prompt);
    expect(create?.input["input_images"]).toEqual([expect.stringContaining("/api/references/image?token=")]);
  });

  it("keeps the upload until the last job that uses it has ended", async () => {
    const user = await newEditor("pro");
    const id = await upload(user);
    const first = await edit(user, { upload: id });
    const second = await edit(user, { upload: id });
    await user.post(`/api/predictions/${first.generation.id}/cancel`, {});
    await eventually(async () => expectProblem(await call(first.url), "not_found"));
    expect((await call(second.url)).status).toBe(200);
    await user.post(`/api/predictions/${second.generation.id}/cancel`, {});
    await isGone(user, second.url);
  });

  it("is the same for a repeated Idempotency-Key, also after its end", async () => {
    const user = await newEditor();
    const body = {
      prompt: newPrompt("delay=0.1"),
      model: "truefusion-edit",
      reference: { upload: await upload(user) },
    };
    const key = { "idempotency-key": crypto.randomUUID() };
    const first = await (await user.post("/api/generate", body, key)).json<{ generation: Generation }>();
    await deliver(await webhookOf(first.generation.id, "succeeded"));
    await reaches(user, first.generation.id, "succeeded");
    const repeat = await user.post("/api/generate", body, key);
    expect(repeat.status).toBe(202);
    expect((await repeat.json<{ generation: Generation }>()).generation.id).toBe(first.generation.id);
  });

  it.each([["failed"], ["nsfw"], ["delay=0.1"]])("deletes it at the end: %s", async (mood) => {
    const user = await newEditor();
    const { generation, url } = await edit(user, { upload: await upload(user) }, { prompt: newPrompt(mood) });
    await reaches(user, generation.id, mood === "delay=0.1" ? "succeeded" : "failed");
    await isGone(user, url);
  });

  it("deletes it when the generation is deleted or its deadline passes", async () => {
    const user = await newEditor("pro");
    const deleted = await edit(user, { upload: await upload(user) });
    await user.call(`/api/generations/${deleted.generation.id}`, { method: "DELETE" });
    await isGone(user, deleted.url);
    await set(user, { MODELS, GENERATION_DEADLINE_SECONDS: "1" });
    const late = await edit(user, { upload: await upload(user) });
    await reaches(user, late.generation.id, "failed");
    await isGone(user, late.url);
  });

  it("deletes it when the unconfirmed create is given up", async () => {
    const user = await newEditor();
    await set(user, { MODELS, UNCONFIRMED_SECONDS: "0.5" });
    const prompt = newPrompt("answer-never");
    const reference = { upload: await upload(user) };
    const response = await user.post("/api/generate", { prompt, model: "truefusion-edit", reference });
    await expectProblem(response, "upstream_timeout");
    const url = await urlOf(prompt);
    expect((await call(url)).status).toBe(200);
    await isIdle(user);
    await isGone(user, url);
  });

  it("deletes it with the account", async () => {
    const user = await newEditor();
    const { url } = await edit(user, { upload: await upload(user) });
    expect((await user.call("/api/account", { method: "DELETE" })).status).toBe(204);
    await expectProblem(await call(url), "not_found");
    await isGone(user, url);
  });

  it("keeps it for another try when Skytells rejects the create", async () => {
    const user = await newEditor();
    const id = await upload(user);
    const prompt = newPrompt("refused");
    const body = { model: "truefusion-edit", reference: { upload: id } };
    await expectProblem(await user.post("/api/generate", { ...body, prompt }), "content_policy");
    await expectProblem(await call(await urlOf(prompt)), "not_found");
    expect(await filesOf(user)).toHaveLength(1);
    expect((await user.post("/api/generate", { ...body, prompt: newPrompt("stuck") })).status).toBe(202);
  });
});

describe("a generation with an own image", () => {
  it("shows which one, and keeps it", async () => {
    const user = await newEditor();
    const made = await generate(user, newPrompt("terminal"));
    await reaches(user, made.id, "succeeded");
    const before = (await objectsOf(user)).filter((key) => key.includes(made.id));
    const { generation, url } = await edit(user, { generation: made.id });
    expect(generation.options.reference).toEqual({ generation: made.id, output: 0 });
    const original = await (await user.call(`/images/${made.id}/0`)).arrayBuffer();
    expect(await (await call(url)).arrayBuffer()).toEqual(original);
    await user.post(`/api/predictions/${generation.id}/cancel`, {});
    await eventually(async () => expectProblem(await call(url), "not_found"));
    expect(await objectsOf(user)).toEqual(expect.arrayContaining(before));
  });

  it("works without a job, and stops when the image is deleted", async () => {
    const user = await newEditor();
    const [id = ""] = await storedImages(user, 1);
    const { url } = await edit(user, { generation: id, output: 0 });
    expect((await call(url)).status).toBe(200);
    expect((await user.call(`/api/generations/${id}`, { method: "DELETE" })).status).toBe(204);
    await expectProblem(await call(url), "not_found");
  });
});

describe("a reference is refused, and nothing is sent,", () => {
  type Case = [string, (user: Visitor) => Promise<object>, "not_found" | "not_ready" | "invalid_request"];
  it.each<Case>([
    ["unknown upload", async () => ({ upload: crypto.randomUUID() }), "not_found"],
    ["another user's upload", async () => ({ upload: await upload(await newEditor()) }), "not_found"],
    ["unknown image", async () => ({ generation: crypto.randomUUID() }), "not_found"],
    [
      "another user's image",
      async () => ({ generation: (await storedImages(await newUser(), 1))[0] }),
      "not_found",
    ],
    [
      "missing output",
      async (user) => ({ generation: (await storedImages(user, 1))[0], output: 3 }),
      "not_found",
    ],
    [
      "unfinished image",
      async (user) => ({ generation: (await generate(user, newPrompt("stuck"))).id }),
      "not_ready",
    ],
    ["reference of no kind", async () => ({}), "invalid_request"],
    ["reference of two kinds", async () => ({ upload: "a", generation: "b" }), "invalid_request"],
    ["URL", async () => ({ url: "https://example.com/image.png" }), "invalid_request"],
  ])("for an %s", async (_, referenceFor, code) => {
    const user = await newEditor("pro");
    const prompt = newPrompt();
    const body = { prompt, model: "truefusion-edit", reference: await referenceFor(user) };
    await expectProblem(await user.post("/api/generate", body), code);
    expect(await createsOf(prompt)).toEqual([]);
  });

  it("for an expired upload", async () => {
    const user = await newEditor();
    const reference = { upload: await upload(user) };
    await runInDurableObject(env.STUDIO.getByName(user.id), (_, { storage }) => {
      storage.sql.exec("update uploads set next_at = ?", Date.now() - 1);
    });
    const body = { prompt: newPrompt(), model: "truefusion-edit", reference };
    await expectProblem(await user.post("/api/generate", body), "not_found");
    await runDurableObjectAlarm(env.STUDIO.getByName(user.id));
  });

  it("for a model without an image input", async () => {
    const user = await newEditor();
    const reference = { upload: await upload(user) };
    const response = await user.post("/api/generate", {
      prompt: newPrompt(),
      model: "truefusion-pro",
      reference,
    });
    expect((await expectProblem(response, "invalid_request")).detail).toContain("reference");
    expect(await filesOf(user)).toHaveLength(1);
  });

  it("where Skytells cannot reach the studio", async () => {
    const user = await newEditor();
    const SKYTELLS_API_URL = "https://skytells.invalid/v1";
    await env.DB.prepare("insert into models (api_url, slug, input_schema, fetched_at) values (?, ?, ?, ?)")
      .bind(
        SKYTELLS_API_URL,
        "truefusion-edit",
        '{"image":{"format":"uri"}}',
        Date.now() + DAY_SECONDS * 1000,
      )
      .run();
    await set(user, { MODELS, SKYTELLS_API_URL, SKYTELLS_API_KEY: "sk-real" });
    const reference = { upload: await upload(user) };
    const response = await user.post("/api/generate", {
      prompt: newPrompt(),
      model: "truefusion-edit",
      reference,
    });
    const problem = await expectProblem(response, "upstream_unavailable");
    expect(problem.detail).toContain("PUBLIC_URL");
    expect(problem.ownerMustAct).toBe(true);
  });
});

describe("a signed URL", () => {
  it("is refused when it is forged, expired, or of another use", async () => {
    const user = await newEditor();
    const { url } = await edit(user, { upload: await upload(user) });
    const token = new URL(url).searchParams.get("token") ?? "";
    const [head, payload = "", signature] = token.split(".");
    const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    const expired = await referenceUrl(
      ORIGIN,
      settingsOf(env),
      { userId: claims.sub, jobId: claims.jti },
      Date.now() - 16 * 60_000,
    );
    const other = btoa(JSON.stringify({ ...claims, jti: crypto.randomUUID() })).replaceAll("=", "");
    const address = (text: string) => `/api/references/image?token=${text}`;
    const forged = [
      expired,
      address(""),
      address("x"),
      address(`${head}.${payload}.`),
      address(`${head}.${other}.${signature}`),
      address(user.cookie.split("=")[1] ?? ""),
      "/api/references/image",
    ];
    for (const attempt of forged) {
      const response = await call(attempt, { headers: { cookie: user.cookie } });
      await expectProblem(response, "not_found");
    }
    expect(claims.exp - claims.iat).toBe(15 * 60);
    expect((await call(url)).status).toBe(200);
    // A session's cookie has another key.
    const asSession = await call("/api/generations", { headers: { cookie: `session=${token}` } });
    await expectProblem(asSession, "unauthenticated");
  });
});

describe("an unconfirmed create with a reference", () => {
  it.each([
    ["the URL that Skytells shows, without a drawn seed", "answer-lost,webhook-field-absent", { seed: 5 }],
    [
      "the drawn seed, if Skytells shows another URL",
      "answer-lost,webhook-field-absent,reference-rewritten",
      {},
    ],
  ])("is confirmed by %s", async (_, moods, more) => {
    const user = await newEditor();
    const prompt = newPrompt(moods, "stuck");
    const reference = { upload: await upload(user) };
    const response = await user.post("/api/generate", {
      prompt,
      model: "truefusion-edit",
      reference,
      ...more,
    });
    const { pending } = await expectProblem(response, "upstream_timeout");
    const [create] = await createsOf(prompt);
    await eventually(async () => {
      const found = await (await user.call(`/api/predictions/${pending?.id}`)).json<{
        generation: Generation;
      }>();
      expect(found.generation.id).toBe(create?.id);
    });
  });

  it("of one user is not taken for that of another with the same prompt and seed", async () => {
    const [one, other] = [await newEditor(), await newEditor()];
    const prompt = newPrompt("answer-lost,webhook-field-absent,stuck");
    const pendingIds = await Promise.all(
      [one, other].map(async (user) => {
        const reference = { upload: await upload(user) };
        const body = { prompt, seed: 9, model: "truefusion-edit", reference };
        return (await expectProblem(await user.post("/api/generate", body), "upstream_timeout")).pending?.id;
      }),
    );
    for (const [at, user] of [one, other].entries()) {
      await eventually(async () => {
        const found = await (await user.call(`/api/predictions/${pendingIds[at]}`)).json<{
          generation: Generation;
        }>();
        const create = (await createsOf(prompt)).find(({ id }) => id === found.generation.id);
        expect(create?.webhookUrl).toContain(user.id);
      });
    }
  });
});

describe("the session", () => {
  it("says which models take a reference image", async () => {
    const user = await newEditor();
    await eventually(async () => {
      const { models } = await (await user.call("/api/session")).json<Session>();
      const takes = (id: string) => models.find((model) => model.id === id)?.options.reference;
      expect(takes("truefusion-edit")).toBe(true);
      expect(takes("truefusion-blend")).toBe(true);
      expect(takes("upscaler")).toBe(true);
      expect(takes("truefusion-pro")).toBeUndefined();
    });
  });
});

describe("an upscaler", () => {
  it("needs a reference, and gets no prompt if it takes none", async () => {
    const user = await newEditor();
    const [id = ""] = await storedImages(user, 1);
    const prompt = newPrompt();
    const refused = await user.post("/api/generate", { prompt, model: "upscaler" });
    expect((await expectProblem(refused, "invalid_request")).detail).toContain("reference");
    const made = await generate(user, prompt, { model: "upscaler", reference: { generation: id } });
    expect(made).toMatchObject({ prompt, options: { reference: { generation: id, output: 0 } } });
    const create = (await createsOf("")).find((one) => one.id === made.id);
    expect(create?.input).toEqual({ image: expect.stringContaining("/api/references/image?token=") });
  });
});
