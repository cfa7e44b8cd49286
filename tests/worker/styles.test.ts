/** A style adds its text to the prompt that Skytells gets. The stored prompt stays the user's. */
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished } from "vitest";
import { presetList } from "../../worker/api/schemas/preset.ts";
import { countCodePoints } from "../../worker/shared/prompt.ts";
import { STYLES, withStyle } from "../../worker/shared/styles.ts";
import {
  eventually,
  expectProblem,
  generate,
  list,
  newPrompt,
  newUser,
  reaches,
  read,
  rowsOf,
} from "./support/app.ts";
import { reachesByAlarm } from "./support/clock.ts";
import { set } from "./support/settings.ts";
import { createsOf } from "./support/simulator.ts";

describe.concurrent("a generation with a style", () => {
  it("sends the prompt with the style's text, and stores the user's prompt and the style", async () => {
    const user = await newUser();
    const prompt = newPrompt("terminal");
    const { id, options } = await generate(user, prompt, { style: "watercolor" });
    expect(options).toMatchObject({ style: "watercolor" });
    const sent = withStyle(prompt, "watercolor");
    expect(sent).toMatch(/, watercolor painting/);
    expect((await createsOf(sent)).map(({ input }) => input["prompt"])).toEqual([sent]);
    const made = await reaches(user, id, "succeeded");
    expect(made).toMatchObject({ prompt, options: { style: "watercolor" } });
    expect((await list(user, "?q=watercolor%20painting")).items).toEqual([]);
    await eventually(async () => expect(await rowsOf(user)).toMatchObject([{ prompt, status: "succeeded" }]));
    expect((await list(user)).items).toMatchObject([{ id, options: { style: "watercolor" } }]);
  });

  it("is another request than one without it under the same Idempotency-Key", async () => {
    const user = await newUser();
    const prompt = newPrompt("terminal");
    const key = { "idempotency-key": crypto.randomUUID() };
    const body = { prompt, style: "comic" };
    const first = await user.post("/api/generate", body, key);
    expect(first.status).toBe(202);
    const { generation } = await first.json<{ generation: { id: string } }>();
    expect(await (await user.post("/api/generate", body, key)).json()).toMatchObject({
      generation: { id: generation.id, options: { style: "comic" } },
    });
    await expectProblem(await user.post("/api/generate", { prompt }, key), "idempotency_mismatch");
    await expectProblem(
      await user.post("/api/generate", { prompt, style: "line-art" }, key),
      "idempotency_mismatch",
    );
  });

  it("is found by its inputs after a lost response", async () => {
    const user = await newUser();
    await set(user, { CREATE_TIMEOUT_SECONDS: "1" });
    const prompt = newPrompt("answer-lost", "webhook-field-absent", "delay=0.3");
    const response = await user.post("/api/generate", { prompt, style: "low-poly" });
    const { pending } = await expectProblem(response, "upstream_timeout");
    const found = await reachesByAlarm(user, String(pending?.id), "succeeded");
    expect(found).toMatchObject({ prompt, options: { style: "low-poly" } });
    const [create] = await createsOf(withStyle(prompt, "low-poly"));
    expect(found.id).toBe(create?.id);
  });

  it("is rejected if the style is unknown", async () => {
    const user = await newUser();
    const prompt = newPrompt();
    for (const style of ["film-noir", "Comic", "", 7, null, ["comic"]]) {
      await expectProblem(await user.post("/api/generate", { prompt, style }), "invalid_request");
    }
    expect(await createsOf(prompt)).toEqual([]);
  });

  it("checks blocked words in the user's prompt only", async () => {
    const user = await newUser();
    await set(user, { BLOCKED_WORDS: "halftone, canyon" });
    await generate(user, newPrompt("terminal"), { style: "comic" });
    const blocked = { prompt: `canyon ${newPrompt()}`, style: "comic" };
    await expectProblem(await user.post("/api/generate", blocked), "content_policy");
  });
});

describe("the longest prompt", () => {
  it("includes the style's text, and the error names it", async () => {
    const user = await newUser();
    const stored = JSON.stringify({ prompt: { maxLength: 120 }, seed: {} });
    await env.DB.prepare(
      "insert or replace into models (api_url, slug, input_schema, fetched_at) values (?, 'truefusion-edge', ?, ?)",
    )
      .bind(Reflect.get(env, "SKYTELLS_API_URL"), stored, Date.now())
      .run();
    onTestFinished(async () => void (await env.DB.exec("delete from models where slug = 'truefusion-edge'")));
    const added = countCodePoints(withStyle("", "pixel-art"));
    const start = newPrompt();
    const fits = start + "🦊".repeat(120 - added - start.length);
    const body = { model: "truefusion-edge", style: "pixel-art" };
    const { detail } = await expectProblem(
      await user.post("/api/generate", { ...body, prompt: `${fits}a` }),
      "invalid_prompt",
    );
    expect(detail).toContain(`120 characters, of which the style needs ${added}`);
    expect((await generate(user, fits, body)).prompt).toBe(fits);
  });
});

describe("a stored style that this version does not know", () => {
  it("is not shown, and neither hides the generation nor the preset", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("terminal"), { seed: 7 });
    await reaches(user, id, "succeeded");
    await eventually(async () => expect(await rowsOf(user)).toMatchObject([{ status: "succeeded" }]));
    await env.DB.batch([
      env.DB.prepare(`update generations set options = '{"seed":7,"style":"noir"}' where id = ?`).bind(id),
      env.DB.prepare(
        "insert into presets (id, user_id, name, style, created_at) values (?, ?, 'Noir', 'noir', 1)",
      ).bind(id, user.id),
    ]);
    expect((await read(user, id)).options).toEqual({ seed: 7 });
    expect((await list(user)).items[0]?.options).toEqual({ seed: 7 });
    const { presets } = presetList.parse(await (await user.call("/api/presets")).json());
    expect(presets).toMatchObject([{ name: "Noir" }]);
    expect(presets[0]).not.toHaveProperty("style");
    expect((await env.DB.prepare("select style from presets where id = ?").bind(id).first())?.["style"]).toBe(
      "noir",
    );
  });
});

it("styles have different ids and labels, and texts that leave room for a prompt", () => {
  expect(new Set(STYLES.map(({ id }) => id)).size).toBe(STYLES.length);
  expect(new Set(STYLES.map(({ label }) => label)).size).toBe(STYLES.length);
  expect(Math.max(...STYLES.map(({ id }) => countCodePoints(withStyle("", id))))).toBeLessThan(100);
});
