import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Preset } from "../../worker/api/schemas/preset.ts";
import { presetList, presetResponse } from "../../worker/api/schemas/preset.ts";
import { databaseFor } from "../../worker/db/client.ts";
import { insertPreset } from "../../worker/db/presets.ts";
import { call, expectProblem, newUser, type Visitor } from "./support/app.ts";
import { breakD1, faultD1 } from "./support/faults.ts";

const PATH = "/api/presets";

async function create(user: Visitor, body: object): Promise<Preset> {
  const response = await user.post(PATH, body);
  expect(response.status, await response.clone().text()).toBe(201);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return presetResponse.parse(await response.json()).preset;
}

const patch = (user: Visitor, id: string, body: object) =>
  user.call(`${PATH}/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

const remove = (user: Visitor, id: string) => user.call(`${PATH}/${id}`, { method: "DELETE" });

async function presetsOf(user: Visitor): Promise<Preset[]> {
  const response = await user.call(PATH);
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return presetList.parse(await response.json()).presets;
}

/** Inserts presets into D1 directly. */
async function seed(user: Visitor, count: number) {
  await env.DB.prepare(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
     insert into presets (id, user_id, name, created_at) select ? || i, ?, 'preset ' || i, i from n`,
  )
    .bind(count, `${user.id}-`, user.id)
    .run();
}

const FULL = {
  name: "Posters",
  prompt: "a poster of a fox",
  model: "truefusion-edge",
  options: { aspectRatio: "2:3", seed: 7, negativePrompt: "text", count: 2 },
  style: "low-poly",
};

describe("presets", () => {
  it("are deleted if D1's first response is lost", async () => {
    const user = await newUser();
    const preset = await create(user, FULL);
    let attempts = 0;
    faultD1((sql) => (sql.startsWith(`delete from "presets"`) && attempts++ === 0 ? "lost" : null));
    expect((await remove(user, preset.id)).status).toBe(204);
    expect(attempts).toBe(2);
  });

  it("are created, listed oldest first, changed and deleted", async () => {
    const user = await newUser();
    expect(await presetsOf(user)).toEqual([]);
    const full = await create(user, FULL);
    expect(full).toMatchObject(FULL);
    const minimal = await create(user, { name: "Minimal" });
    expect(Object.keys(minimal).toSorted()).toEqual(["createdAt", "id", "name", "options"]);
    expect(minimal.options).toEqual({});
    expect(await presetsOf(user)).toEqual([full, minimal]);

    const changed = await patch(user, full.id, { name: "Covers", prompt: null, options: { seed: 8 } });
    expect(changed.status).toBe(200);
    const { preset } = presetResponse.parse(await changed.json());
    const { prompt: _, ...others } = full;
    expect(preset).toEqual({ ...others, name: "Covers", options: { seed: 8 } });
    expect(await presetsOf(user)).toEqual([preset, minimal]);

    expect((await remove(user, full.id)).status).toBe(204);
    expect(await presetsOf(user)).toEqual([minimal]);
    await expectProblem(await remove(user, full.id), "not_found");
    await expectProblem(await patch(user, full.id, { name: "x" }), "not_found");
  });

  it("of another user do not exist", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const preset = await create(user, FULL);
    expect(await presetsOf(other)).toEqual([]);
    await expectProblem(await patch(other, preset.id, { name: "x" }), "not_found");
    await expectProblem(await remove(other, preset.id), "not_found");
    expect(await presetsOf(user)).toEqual([preset]);
  });

  it("keep a model that is no longer offered, and leave out options that this version does not know", async () => {
    const user = await newUser();
    const { id } = await create(user, FULL);
    await env.DB.prepare("update presets set model = 'retired', options = ? where id = ?")
      .bind('{"aspectRatio":"5:4","seed":3,"later":1}', id)
      .run();
    expect(await presetsOf(user)).toMatchObject([{ model: "retired", options: { seed: 3 } }]);
    await env.DB.prepare("update presets set options = '{' where id = ?").bind(id).run();
    expect(await presetsOf(user)).toMatchObject([{ id, options: {} }]);
  });

  it.each([
    ["outer white space", "  Ink \n", "Ink"],
    ["decomposed letters", "Cafe\u0301", "Caf\u00e9"],
    ["80 emoji", "🦊".repeat(80), "🦊".repeat(80)],
    ["right-to-left text with a mark", "חתול\u200f", "חתול\u200f"],
    ["an emoji with joiners", "👩‍👩‍👧", "👩‍👩‍👧"],
  ])("accept a name with %s", async (_, name, stored) => {
    expect((await create(await newUser(), { name })).name).toBe(stored);
  });
});

describe("the maximum of presets", () => {
  it("is 100: the 101st is rejected until one is deleted", async () => {
    const user = await newUser();
    await seed(user, 99);
    const last = await create(user, { name: "the 100th" });
    const problem = await expectProblem(await user.post(PATH, { name: "the 101st" }), "maximum_reached");
    expect(problem.detail).toContain("100");
    expect(await presetsOf(user)).toHaveLength(100);
    expect((await patch(user, last.id, { name: "renamed" })).status).toBe(200);
    await remove(user, last.id);
    await create(user, { name: "the 100th again" });
  });

  it("holds for requests at the same time", async () => {
    const user = await newUser();
    await seed(user, 98);
    const responses = await Promise.all(
      Array.from({ length: 6 }, (_, at) => user.post(PATH, { name: `${at}` })),
    );
    const statuses = responses.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([201, 201, 409, 409, 409, 409]);
    expect(await presetsOf(user)).toHaveLength(100);
  });

  it("does not count the presets of other users", async () => {
    await seed(await newUser(), 100);
    await create(await newUser(), { name: "the first" });
  });

  it("does not reject the repeat of an insert whose response was lost", async () => {
    const user = await newUser();
    await seed(user, 99);
    const db = databaseFor(env, user.id);
    const record = {
      id: crypto.randomUUID(),
      name: "x",
      prompt: null,
      model: null,
      options: {},
      style: null,
    };
    const first = await insertPreset(db, user.id, { ...record, createdAt: 1 });
    expect(first).not.toBeNull();
    expect(await insertPreset(db, user.id, { ...record, createdAt: 1 })).toEqual(first);
  });

  it("is 0 for an account that is being deleted", async () => {
    const user = await newUser();
    await env.DB.prepare("update users set deleted_at = 1 where id = ?").bind(user.id).run();
    const record = {
      id: crypto.randomUUID(),
      name: "x",
      prompt: null,
      model: null,
      options: {},
      style: null,
    };
    expect(await insertPreset(databaseFor(env, user.id), user.id, { ...record, createdAt: 1 })).toBeNull();
  });
});

describe("a preset is rejected with", () => {
  it.each<
    [why: string, body: object | undefined, code: "invalid_request" | "invalid_prompt" | "invalid_model"]
  >([
    ["no body", undefined, "invalid_request"],
    ["no name", { prompt: "a fox" }, "invalid_request"],
    ["an empty name", { name: "" }, "invalid_request"],
    ["a name of white space", { name: " \u3000\n" }, "invalid_request"],
    ["a name of invisible characters", { name: "\u200b\u200d" }, "invalid_request"],
    ["a name of 81 characters", { name: "x".repeat(81) }, "invalid_request"],
    ["a name of 10,000 characters", { name: "x".repeat(10_000) }, "invalid_request"],
    ["a name with a line break", { name: "a\nb" }, "invalid_request"],
    ["a name with a NUL", { name: "a\0b" }, "invalid_request"],
    ["a name with a line separator", { name: "a\u2028b" }, "invalid_request"],
    ["a name with a right-to-left override", { name: "a\u202egnp.exe" }, "invalid_request"],
    ["a name with a bidi isolate", { name: "a\u2066b" }, "invalid_request"],
    ["a name with half a surrogate pair", { name: "a\ud800" }, "invalid_request"],
    ["a name that is a number", { name: 1 }, "invalid_request"],
    ["an empty prompt", { name: "x", prompt: " " }, "invalid_prompt"],
    ["a prompt of 4,001 characters", { name: "x", prompt: "x".repeat(4_001) }, "invalid_prompt"],
    ["an unknown model", { name: "x", model: "dall-e" }, "invalid_model"],
    ["an unknown option", { name: "x", options: { steps: 5 } }, "invalid_request"],
    ["an unknown aspect ratio", { name: "x", options: { aspectRatio: "5:4" } }, "invalid_request"],
    ["a negative seed", { name: "x", options: { seed: -1 } }, "invalid_request"],
    ["an unknown style", { name: "x", style: "film-noir" }, "invalid_request"],
    ["an unknown field", { name: "x", user: "y" }, "invalid_request"],
  ])("%s, when created and when changed", async (_, body, code) => {
    const user = await newUser();
    await expectProblem(await user.post(PATH, body), code);
    expect(await presetsOf(user)).toEqual([]);
    const preset = await create(user, FULL);
    // A change needs no name.
    const change = body && "name" in body ? body : {};
    await expectProblem(await patch(user, preset.id, change), code);
    expect(await presetsOf(user)).toEqual([preset]);
  });

  it("the checks in the documented order", async () => {
    const user = await newUser();
    const wrong = { method: "POST", body: "{".repeat(17 * 1024), headers: { "content-type": "text/plain" } };
    const foreign = { ...wrong, headers: { ...wrong.headers, origin: "https://elsewhere.example" } };
    await expectProblem(await user.call(PATH, { method: "PUT" }), "method_not_allowed");
    await expectProblem(await call(PATH, foreign), "forbidden_origin");
    await expectProblem(await call(PATH, wrong), "unauthenticated");
    await expectProblem(await user.call(PATH, wrong), "payload_too_large");
    await expectProblem(await user.call(PATH, { ...wrong, body: "{" }), "unsupported_media_type");
    await expectProblem(await user.post(PATH, "{"), "invalid_request");
  });

  it("storage that does not answer", async () => {
    const user = await newUser();
    const restore = breakD1();
    await expectProblem(await user.post(PATH, FULL), "storage_unavailable");
    await expectProblem(await user.call(PATH), "storage_unavailable");
    restore();
    expect(await presetsOf(user)).toEqual([]);
  });
});
