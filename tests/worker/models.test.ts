/** What a model accepts is read from Skytells, stored in D1, and refreshed after a response. So is the longest prompt. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Session } from "../../worker/api/schemas/session.ts";
import type { ModelId } from "../../worker/shared/models.ts";
import { call, eventually, expectProblem, generate, newPrompt, newUser, reaches } from "./support/app.ts";
import { createsOf } from "./support/simulator.ts";

const HOUR_MS = 3_600_000;

/** Stubs the responses by slug. Returns the slugs that Skytells is asked for. */
function respondWithModels(responses: Record<string, () => Response>): string[] {
  const asked: string[] = [];
  const real = fetch;
  vi.stubGlobal("fetch", (input: string, init?: RequestInit) => {
    const slug = /\/models\/([^?]+)/.exec(String(input))?.[1] ?? "";
    if (slug !== "") asked.push(slug);
    return responses[slug]?.() ?? real(input, init);
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  return asked;
}

const schemaOf = (properties: object) => () => Response.json({ input_schema: { properties } });
const withSeed = schemaOf({ prompt: {}, seed: {} });

async function store(slug: string, inputSchema: string, fetchedAt = Date.now()): Promise<void> {
  await env.DB.prepare(
    "insert or replace into models (api_url, slug, input_schema, fetched_at) values (?, ?, ?, ?)",
  )
    .bind(Reflect.get(env, "SKYTELLS_API_URL"), slug, inputSchema, fetchedAt)
    .run();
}

async function optionsOf(slug: string, ask: () => Promise<Response>) {
  const { models } = (await (await ask()).json()) as Session;
  return models.find(({ id }) => id === slug)?.options;
}

let later = 0;

beforeEach(async () => {
  await env.DB.exec("delete from models");
  // An isolate asks for a model at most every 30 s.
  later += 3_600_000;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + later, shouldAdvanceTime: true });
  return () => void vi.useRealTimers();
});

describe("a model whose schema", () => {
  it.each([
    ["cannot be read", () => Response.json({ error: {} }, { status: 500 }), "upstream_unavailable"],
    ["is missing", () => Response.json({ slug: "truefusion-edge" }), "invalid_request"],
    ["is malformed", () => Response.json({ input_schema: { properties: "none" } }), "invalid_request"],
  ] as const)("%s is sent the prompt alone, and its options are rejected", async (_, response, code) => {
    respondWithModels({ "truefusion-edge": response });
    const user = await newUser();
    const prompt = newPrompt("terminal");
    const model = "truefusion-edge";
    await expectProblem(await user.post("/api/generate", { prompt, model, seed: 7 }), code);
    expect(await createsOf(prompt)).toEqual([]);
    const { id } = await generate(user, prompt, { model });
    expect((await reaches(user, id, "succeeded")).options).toEqual({});
    expect((await createsOf(prompt)).map(({ input }) => input)).toEqual([{ prompt }]);
  });

  it("is stored is not requested again by an object in a new isolate", async () => {
    const user = await newUser();
    await store("truefusion-edge", JSON.stringify({ prompt: {}, seed: {} }));
    const asked = respondWithModels({});
    const { options } = await generate(user, newPrompt("terminal"), { model: "truefusion-edge", seed: 7 });
    expect(options).toEqual({ seed: 7 });
    expect(asked).not.toContain("truefusion-edge");
  });

  it("is older than an hour is used, and refreshed in the background", async () => {
    const user = await newUser();
    // The new user's own visit has all models fetched: that has to be over.
    await eventually(async () => {
      const saved = await env.DB.prepare("select count(*) as count from models").first("count");
      expect(saved).toBe(3);
    });
    vi.setSystemTime(Date.now() + 60_000);
    await store("truefusion-edge", "{}", Date.now() - HOUR_MS - 1);
    const asked = respondWithModels({ "truefusion-edge": withSeed });
    const body = { prompt: newPrompt("terminal"), model: "truefusion-edge", seed: 7 };
    await expectProblem(await user.post("/api/generate", body), "invalid_request");
    await eventually(async () => {
      const stored = env.DB.prepare("select input_schema from models where slug = 'truefusion-edge'");
      expect(JSON.parse((await stored.first<string>("input_schema")) ?? "")).toHaveProperty("seed");
    });
    expect(asked.filter((slug) => slug === "truefusion-edge")).toHaveLength(1);
    expect((await generate(user, body.prompt, { model: body.model, seed: 7 })).options).toEqual({ seed: 7 });
  });

  it("was stored in another format counts as one without options", async () => {
    const user = await newUser();
    await store("truefusion-edge", "not JSON");
    expect(await optionsOf("truefusion-edge", () => user.call("/api/session"))).toEqual({});
  });
});

describe("the session", () => {
  it("makes no request to Skytells on an anonymous visit", async () => {
    const asked = respondWithModels({});
    expect(await optionsOf("truefusion-pro", () => call("/api/session"))).toEqual({});
    expect(asked).toEqual([]);
  });

  it("fetches the models of a signed-in user in the background, once", async () => {
    const asked = respondWithModels({ "truefusion-pro": withSeed });
    const user = await newUser();
    await eventually(async () =>
      expect(await optionsOf("truefusion-pro", () => user.call("/api/session"))).toEqual({ seed: true }),
    );
    expect(asked.toSorted()).toEqual(["truefusion-2.0", "truefusion-edge", "truefusion-pro"]);
  });
});

describe("the longest prompt", () => {
  /** `maxLength` of `prompt` in the live input schema, one model each. */
  const respondWithLengths = () =>
    respondWithModels({
      "truefusion-pro": schemaOf({ prompt: { type: "string", maxLength: 60 } }),
      "truefusion-edge": schemaOf({ prompt: { type: "string", maxLength: 100_000 } }),
      "truefusion-2.0": schemaOf({ prompt: { type: "string", maxLength: "many" } }),
    });

  it.each([
    ["is what the schema says, also below 500", "truefusion-pro", 60],
    ["is capped where the schema allows any amount", "truefusion-edge", 4_000],
    ["is 500 where the schema gives no number", "truefusion-2.0", 500],
  ] as const)("%s", async (_, model, maxLength) => {
    respondWithLengths();
    const user = await newUser();
    const prompt = newPrompt();
    const filled = prompt + "🦊".repeat(maxLength - prompt.length);
    const refused = await expectProblem(
      await user.post("/api/generate", { prompt: `${filled}a`, model }),
      "invalid_prompt",
    );
    expect(refused.detail).toContain(`${maxLength} characters`);
    expect((await generate(user, filled, { model })).prompt).toBe(filled);
  });

  it("is part of the session's models where the schema gives it", async () => {
    respondWithLengths();
    const user = await newUser();
    const lengths = async () => {
      const { models } = (await (await user.call("/api/session")).json()) as Session;
      return models.map(({ id, options }): [ModelId, unknown] => [id, options.maxPromptLength]);
    };
    await expect.poll(lengths).toEqual([
      ["truefusion-pro", 60],
      ["truefusion-edge", 4_000],
      ["truefusion-2.0", undefined],
    ]);
  });
});
