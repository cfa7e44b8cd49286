import { describe, expect, it } from "vitest";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import {
  expectProblem,
  generate,
  killStudio,
  newPrompt,
  newUser,
  reaches,
  rowsOf,
  type Visitor,
} from "./support/app.ts";
import { createsOf } from "./support/simulator.ts";

const withKey = (user: Visitor, key: string, body: object) =>
  user.post("/api/generate", body, { "idempotency-key": key });
const generationIn = async (response: Response) =>
  (await response.json<{ generation: Generation }>()).generation;

describe("idempotency keys", () => {
  it("ten requests at once with one key create one generation, and all return it", async () => {
    const user = await newUser("pro");
    const prompt = newPrompt();
    const key = crypto.randomUUID();
    const responses = await Promise.all(Array.from({ length: 10 }, () => withKey(user, key, { prompt })));
    expect(responses.map((response) => response.status)).toEqual(Array(10).fill(202));
    const ids = new Set((await Promise.all(responses.map(generationIn))).map(({ id }) => id));
    expect(ids.size).toBe(1);
    expect(await createsOf(prompt)).toHaveLength(1);
  });

  it("later: returns the current generation regardless of limits; another body is a mismatch", async () => {
    const user = await newUser();
    const prompt = newPrompt();
    const key = crypto.randomUUID();
    const { id } = await generationIn(await withKey(user, key, { prompt }));
    const again = await withKey(user, key, { prompt, model: "truefusion-pro" });
    expect(again.status).toBe(202);
    expect((await generationIn(again)).id).toBe(id);
    await expectProblem(await withKey(user, key, { prompt, seed: 5 }), "idempotency_mismatch");
    await reaches(user, id, "succeeded");
    await killStudio(user);
    expect(await generationIn(await withKey(user, key, { prompt }))).toMatchObject({
      id,
      status: "succeeded",
    });
    expect(await createsOf(prompt)).toHaveLength(1);
  });

  it("belong to one user, and do not store rejections", async () => {
    const [one, other] = [await newUser(), await newUser()];
    const key = crypto.randomUUID();
    const prompt = newPrompt();
    expect((await withKey(one, key, { prompt })).status).toBe(202);
    expect((await withKey(other, key, { prompt })).status).toBe(202);
    expect(await createsOf(prompt)).toHaveLength(2);

    const blocked = crypto.randomUUID();
    await expectProblem(await withKey(one, blocked, { prompt: newPrompt() }), "limit_reached");
    const [row] = await rowsOf(one);
    await reaches(one, String(row?.id), "succeeded");
    expect((await withKey(one, blocked, { prompt: newPrompt() })).status).toBe(202);
  });

  it("after a delete, the key returns 404", async () => {
    const user = await newUser();
    const key = crypto.randomUUID();
    const prompt = newPrompt();
    const { id } = await generationIn(await withKey(user, key, { prompt }));
    expect((await user.call(`/api/generations/${id}`, { method: "DELETE" })).status).toBe(204);
    await expectProblem(await withKey(user, key, { prompt }), "not_found");
  });

  it("without a key, every request creates a generation", async () => {
    const user = await newUser("pro");
    const prompt = newPrompt();
    const [a, b] = [await generate(user, prompt), await generate(user, prompt)];
    expect(a.id).not.toBe(b.id);
    expect(a.options.seed).not.toBe(b.options.seed);
  });
});
