/** What a model takes is asked of Skytells; these are the ways in which it does not say. One model each: it is remembered. */
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Session } from "../../worker/contract.ts";
import { expectProblem, generate, newPrompt, newUser, reaches } from "./support/app.ts";
import { createsOf } from "./support/simulator.ts";

/** Each model's own trouble, as the simulator's moods for all have it, and then a schema that is none. */
const ANSWERS: Record<string, () => Response> = {
  "truefusion-pro": () => Response.json({ error: { error_id: "INTERNAL_ERROR" } }, { status: 500 }),
  "truefusion-edge": () => Response.json({ slug: "truefusion-edge", name: "TrueFusion Edge" }),
  "truefusion-2.0": () => Response.json({ input_schema: { properties: "none" } }),
};

beforeEach(() => {
  const real = fetch;
  vi.stubGlobal("fetch", (input: string, init?: RequestInit) => {
    const slug = /\/models\/([^?]+)/.exec(String(input))?.[1];
    return ANSWERS[slug ?? ""]?.() ?? real(input, init);
  });
  onTestFinished(() => void vi.unstubAllGlobals());
});

describe("a model whose schema", () => {
  it.each([
    ["cannot be had (models-500)", "truefusion-pro", "upstream_unavailable"],
    ["is missing (models-no-schema)", "truefusion-edge", "invalid_request"],
    ["is not one", "truefusion-2.0", "invalid_request"],
  ] as const)("%s is sent the prompt alone, and what it may not take is refused", async (_, model, code) => {
    const user = await newUser();
    const prompt = newPrompt("terminal");
    await expectProblem(await user.post("/api/generate", { prompt, model, seed: 7 }), code);
    expect(await createsOf(prompt)).toEqual([]);
    const { id } = await generate(user, prompt, { model });
    expect((await reaches(user, id, "succeeded")).options).toEqual({});
    expect((await createsOf(prompt)).map(({ input }) => input)).toEqual([{ prompt }]);
  });

  it("cannot be had is told from one that takes nothing", async () => {
    const user = await newUser();
    const said = async () => {
      const { models } = (await (await user.call("/api/session")).json()) as Session;
      return models.map(({ id, options, unread = false }) => ({ id, options, unread }));
    };
    // Read behind the first answer.
    await expect.poll(said).toEqual([
      { id: "truefusion-pro", options: {}, unread: true },
      { id: "truefusion-edge", options: {}, unread: false },
      { id: "truefusion-2.0", options: {}, unread: false },
    ]);
  });
});
