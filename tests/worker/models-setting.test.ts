/** MODELS replaces the models that the studio offers. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { adminModels } from "../../worker/api/admin-schemas.ts";
import { session as sessionSchema } from "../../worker/api/schemas/session.ts";
import { app } from "../../worker/app.ts";
import { settingsOf } from "../../worker/config/settings.ts";
import { MODELS } from "../../worker/shared/models.ts";
import { expectProblem, generate, newPrompt, newUser, ORIGIN, reaches, type Visitor } from "./support/app.ts";
import { set } from "./support/settings.ts";
import { createsOf } from "./support/simulator.ts";

const SETTING =
  "truefusion-edge=Draft: Fast and small, dream-9 = Dream : Slow, upscale:sharp-2=Sharpen: Four times as large";
const TOKEN = "a-token-of-these-tests-only";

const modelsOf = (value: string) => settingsOf({ ...env, MODELS: value }).models;

/** Calls the Worker of a studio with this setting. */
async function callWith(
  user: Visitor | null,
  path: string,
  init: { method?: string; body?: object; headers?: Record<string, string> } = {},
  setting = SETTING,
): Promise<Response> {
  const context = createExecutionContext();
  const response = await app.request(
    new URL(path, ORIGIN).href,
    {
      method: init.method ?? "GET",
      headers: {
        ...(user && { cookie: user.cookie }),
        ...(init.body && { "content-type": "application/json" }),
        ...init.headers,
      },
      ...(init.body && { body: JSON.stringify(init.body) }),
    },
    { ...env, MODELS: setting, ADMIN_TOKEN: TOKEN },
    context,
  );
  await waitOnExecutionContext(context);
  return response;
}

const post = (user: Visitor, body: object, setting?: string) =>
  callWith(user, "/api/generate", { method: "POST", body }, setting);

const sessionWith = async (user: Visitor | null, setting?: string) =>
  sessionSchema.parse(await (await callWith(user, "/api/session", {}, setting)).json());

describe("MODELS", () => {
  it("lists models in order, and models that enlarge images", () => {
    expect(modelsOf(SETTING)).toEqual([
      { id: "truefusion-edge", label: "Draft", description: "Fast and small" },
      { id: "dream-9", label: "Dream", description: "Slow" },
      { id: "sharp-2", label: "Sharpen", description: "Four times as large", upscale: true },
    ]);
  });

  it("is the studio's own models if it is empty", () => {
    expect(modelsOf("")).toEqual(MODELS);
    expect(modelsOf(" , ")).toEqual(MODELS);
  });

  it.each([
    ["no label", "dream-9", "must be like slug=Label: description"],
    ["no description", "dream-9=Dream", "must be like slug=Label: description"],
    ["an empty description", "dream-9=Dream: ", "must be like slug=Label: description"],
    ["an empty label", "dream-9= : Slow", "label"],
    ["a comma in a description", "dream-9=Dream: Slow, and deep", "must be like slug=Label: description"],
    ["a slug with a space", "dream 9=Dream: Slow", "must be like slug=Label: description"],
    ["a slug with a vendor", "skytells/dream=Dream: Slow", "must be like slug=Label: description"],
    ["a misspelled prefix", "upscaler:dream-9=Dream: Slow", "must be like slug=Label: description"],
    ["a long label", `dream-9=${"D".repeat(25)}: Slow`, "label has 1 to 24 characters"],
    ["a long description", `dream-9=Dream: ${"s".repeat(81)}`, "description has 1 to 80 characters"],
    ["a label with a bidi override", "dream-9=Dr\u202eeam: Slow", "label"],
    ["a slug twice", "dream-9=Dream: Slow, dream-9=Other: Fast", "has dream-9 twice"],
    ["only models that enlarge", "upscale:sharp-2=Sharpen: Large", "no model that generates"],
    [
      "13 models",
      Array.from({ length: 13 }, (_, n) => `m${n}=M: d`).join(","),
      "has 13 models, and 12 are possible",
    ],
  ])("is rejected with %s, by its name", (_, value, message) => {
    expect(() => modelsOf(value)).toThrow(/^MODELS: /);
    expect(() => modelsOf(value)).toThrow(message);
  });

  it("accepts 12 models", () => {
    const value = Array.from({ length: 12 }, (_, n) => `m${n}=M: d`).join(",");
    expect(modelsOf(value)).toHaveLength(12);
  });
});

describe("a studio with MODELS", () => {
  it("offers them in the session, with the first as the default", async () => {
    const { models } = await sessionWith(null);
    expect(models).toMatchObject([
      { id: "truefusion-edge", label: "Draft", description: "Fast and small", default: true },
      { id: "dream-9", default: false },
      { id: "sharp-2", default: false, upscale: true },
    ]);
    expect(models[0]).not.toHaveProperty("upscale");
    expect((await sessionWith(null, "upscale:sharp-2=S: d, dream-9=D: d")).models).toMatchObject([
      { default: false },
      { default: true },
    ]);
  });

  it("generates with the first one if a request names none", async () => {
    const user = await newUser();
    await set(user, { MODELS: SETTING });
    const prompt = newPrompt("terminal");
    const response = await post(user, { prompt });
    expect(response.status).toBe(202);
    const { generation } = await response.json<{ generation: { id: string; model: string } }>();
    expect(generation.model).toBe("truefusion-edge");
    await reaches(user, generation.id, "succeeded");
    expect((await createsOf(prompt)).map(({ model }) => model)).toEqual(["truefusion-edge"]);
  });

  it("rejects others in a request, a preset and the list, except models that were offered before", async () => {
    const user = await newUser();
    const prompt = newPrompt();
    await expectProblem(await post(user, { prompt, model: "truefusion-pro" }), "invalid_model");
    expect(await createsOf(prompt)).toEqual([]);
    const preset = (body: object) => callWith(user, "/api/presets", { method: "POST", body });
    await expectProblem(await preset({ name: "x", model: "truefusion-pro" }), "invalid_model");
    expect((await preset({ name: "x", model: "dream-9" })).status).toBe(201);
    const listed = (model: string) => callWith(user, `/api/generations?model=${model}`);
    await expectProblem(await listed("dall-e"), "invalid_model");
    for (const model of ["dream-9", "truefusion-pro"]) expect((await listed(model)).status).toBe(200);
  });

  it("keeps the label of a model that was offered before, and the filter by it", async () => {
    const user = await newUser();
    await env.DB.prepare(
      "insert into models (api_url, slug, input_schema, fetched_at, label) values (?, 'ended-1', '{}', 1, 'Ended')",
    )
      .bind(Reflect.get(env, "SKYTELLS_API_URL"))
      .run();
    onTestFinished(async () => void (await env.DB.exec("delete from models where slug = 'ended-1'")));
    expect((await sessionWith(user)).retiredModels).toContainEqual({ id: "ended-1", label: "Ended" });
    expect((await callWith(user, "/api/generations?model=ended-1")).status).toBe(200);
    await expectProblem(await post(user, { prompt: newPrompt(), model: "ended-1" }), "invalid_model");
  });

  it("stores the label with the model's schema", async () => {
    const user = await newUser();
    await set(user, { MODELS: SETTING });
    const label = () =>
      env.DB.prepare("select label from models where slug = 'truefusion-edge'").first<string>("label");
    await env.DB.exec("delete from models where slug = 'truefusion-edge'");
    await post(user, { prompt: newPrompt("terminal") });
    expect(await label()).toBe("Draft");
    onTestFinished(async () => void (await env.DB.exec("delete from models where slug = 'truefusion-edge'")));
  });

  it("tells the user that a model is unavailable, and the operator which one Skytells does not have", async () => {
    const user = await newUser();
    const setting = "truefusion-edge=Draft: Fast, misspelled-9=Dream: Slow, upscale:sharp-2=Sharpen: Large";
    await set(user, { MODELS: setting });
    const lines: string[] = [];
    const spy = vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
    onTestFinished(() => spy.mockRestore());
    await expectProblem(
      await post(user, { prompt: newPrompt(), model: "misspelled-9" }, setting),
      "model_unavailable",
    );
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual({
      event: "model_unknown",
      model: "misspelled-9",
    });
    expect((await sessionWith(user)).retiredModels ?? []).not.toContainEqual(
      expect.objectContaining({ id: "misspelled-9" }),
    );
    const headers = { authorization: `Bearer ${TOKEN}` };
    const { models } = adminModels.parse(
      await (await callWith(null, "/api/admin/models", { headers }, setting)).json(),
    );
    expect(models).toEqual([
      { id: "truefusion-edge", label: "Draft", state: "found" },
      { id: "misspelled-9", label: "Dream", state: "absent" },
      { id: "sharp-2", label: "Sharpen", upscale: true, state: "absent" },
    ]);
  });

  it("names MODELS on every route if it is wrong, without an upstream call", async () => {
    const problem = await expectProblem(await callWith(null, "/api/health", {}, "dream-9=Dream"), "internal");
    expect(problem.detail).toContain("MODELS: must be like slug=Label: description");
  });
});

it("a generation keeps a model that is no longer offered", async () => {
  const user = await newUser();
  const { id } = await generate(user, newPrompt("terminal"));
  await reaches(user, id, "succeeded");
  const page = await (await callWith(user, "/api/generations")).json();
  expect(page).toMatchObject({ items: [{ id, model: "truefusion-pro" }] });
});

describe("the Create page of a studio with MODELS", () => {
  it("has the models to generate with, and an ETag that changes with them", async () => {
    const page = await callWith(null, "/");
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toMatch(/<html[^>]* data-models/);
    const [, json = ""] = /<script type="application\/json" id="models">(.*?)<\/script>/.exec(html) ?? [];
    expect(JSON.parse(json)).toEqual([
      { id: "truefusion-edge", label: "Draft", description: "Fast and small" },
      { id: "dream-9", label: "Dream", description: "Slow" },
    ]);
    const etag = page.headers.get("etag") ?? "";
    const again = await callWith(null, "/", { headers: { "if-none-match": etag } });
    expect(again.status).toBe(304);
    const other = await callWith(null, "/", { headers: { "if-none-match": etag } }, "dream-9=</script>: d");
    expect(other.status).toBe(200);
    expect(await other.text()).toContain("\\u003c/script>");
  });

  it.each([
    ["without the setting", ""],
    ["with a wrong one", "dream-9=Dream"],
  ])("is unchanged %s", async (_, setting) => {
    const page = await callWith(null, "/", {}, setting);
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).not.toMatch(/<html[^>]* data-models/);
    expect(html).not.toContain('id="models"');
  });
});
