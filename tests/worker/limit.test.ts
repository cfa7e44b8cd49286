import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  expectProblem,
  generate,
  isIdle,
  limitsOf,
  newPrompt,
  newUser,
  reaches,
  rowsOf,
} from "./support/app.ts";
import { createsOf } from "./support/simulator.ts";

describe.concurrent("the plan's limit", () => {
  it.each([
    ["free", 1],
    ["pro", 3],
  ] as const)("%s: of 30 at once exactly %i reach Skytells", async (plan, limit) => {
    const user = await newUser(plan);
    const prompt = newPrompt("delay=1.5");
    const responses = await Promise.all(
      Array.from({ length: 30 }, () => user.post("/api/generate", { prompt })),
    );
    const accepted = responses.filter((response) => response.status === 202);
    expect(accepted).toHaveLength(limit);
    for (const response of responses) {
      if (response.status === 202) continue;
      const problem = await expectProblem(response, "limit_reached");
      expect(problem.limits).toMatchObject({ concurrent: limit, inFlight: limit });
    }
    expect(await createsOf(prompt)).toHaveLength(limit);
    expect(await rowsOf(user)).toHaveLength(limit);
    await isIdle(user);
    await generate(user);
  });

  it("an unknown plan counts as free, and an upgrade counts from the next Generate", async () => {
    const user = await newUser();
    const setPlan = (plan: string) =>
      env.DB.prepare("update users set plan = ? where id = ?").bind(plan, user.id).run();
    await setPlan("platinum");
    await generate(user, newPrompt("delay=3"));
    await expectProblem(await user.post("/api/generate", { prompt: newPrompt() }), "limit_reached");
    await setPlan("pro");
    await generate(user, newPrompt("delay=3"));
    expect(await limitsOf(user)).toMatchObject({ concurrent: 3, inFlight: 2, unconfirmed: 0 });
  });

  it("a rejected create frees its slot at once", async () => {
    const user = await newUser();
    const refusals = [
      ["refused", "content_policy"],
      ["create-400", "upstream_rejected"],
      ["create-401", "upstream_unavailable"],
      ["create-402", "upstream_unavailable"],
      ["create-403", "upstream_unavailable"],
      ["create-404", "model_unavailable"],
      ["create-422", "upstream_rejected"],
      ["create-503", "upstream_unavailable"],
      ["create-429=60", "upstream_unavailable"],
    ] as const;
    for (const [mood, code] of refusals) {
      const response = await user.post("/api/generate", { prompt: newPrompt(mood) });
      if (mood === "create-429=60") expect(response.headers.get("retry-after")).toBe("60");
      const problem = await expectProblem(response, code);
      expect(problem.ownerMustAct, mood).toBe(/40[123]/.test(mood) || undefined);
      expect(await limitsOf(user)).toMatchObject({ inFlight: 0 });
    }
    expect(await rowsOf(user)).toEqual([]);
  });

  it("retries once after a 429 with a short delay", async () => {
    const user = await newUser();
    const prompt = newPrompt("create-429-once=1");
    const { id } = await generate(user, prompt);
    await reaches(user, id, "succeeded");
    expect(await rowsOf(user)).toHaveLength(1);
  });
});
