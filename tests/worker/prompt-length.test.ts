/** How long a prompt may be is the model's to say: `maxLength` of `prompt` in its live input schema. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ModelId } from "../../worker/shared/models.ts";
import type { Session } from "../../worker/api/schemas/session.ts";
import { expectProblem, generate, newPrompt, newUser } from "./support/app.ts";

/** One model each. */
const SCHEMAS: Record<string, object> = {
  "truefusion-pro": { prompt: { type: "string", maxLength: 60 } },
  "truefusion-edge": { prompt: { type: "string", maxLength: 100_000 } },
  "truefusion-2.0": { prompt: { type: "string", maxLength: "many" } },
};

let later = 0;

beforeEach(async () => {
  await env.DB.exec("delete from models");
  // An isolate asks for a model at most every 30 s.
  later += 3_600_000;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + later, shouldAdvanceTime: true });
  return () => void vi.useRealTimers();
});

function respondWithModels() {
  const real = fetch;
  vi.stubGlobal("fetch", (input: string, init?: RequestInit) => {
    const properties = SCHEMAS[/\/models\/([^?]+)/.exec(String(input))?.[1] ?? ""];
    return properties ? Response.json({ input_schema: { properties } }) : real(input, init);
  });
  onTestFinished(() => void vi.unstubAllGlobals());
}

describe("the longest prompt", () => {
  it.each([
    ["is what the schema says, also below 500", "truefusion-pro", 60],
    ["is capped where the schema allows any amount", "truefusion-edge", 4_000],
    ["is 500 where the schema gives no number", "truefusion-2.0", 500],
  ] as const)("%s", async (_, model, maxLength) => {
    respondWithModels();
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
    respondWithModels();
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
