/** When Skytells asks for giveUpAt: it is given, and no promise waits for it. */
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { settingsOf } from "../../worker/config/settings.ts";
import type { Job } from "../../worker/studio/jobs/job.ts";
import { reschedule } from "../../worker/studio/jobs/schedule.ts";
import { applyPrediction, failStore, timeOut, retainedJobOf } from "../../worker/studio/jobs/transitions.ts";
import { unseen } from "../../worker/skytells/prediction.ts";
import { expectProblem, generate, isIdle, newPrompt, newUser, reaches } from "./support/app.ts";

/** Of these everything that is asked is answered: come back in an hour. */
const busy = new Set<string>();

beforeAll(() => {
  const real = fetch;
  vi.stubGlobal("fetch", (input: string, init?: RequestInit) => {
    const { pathname } = new URL(String(input));
    const isBusy = (init?.method ?? "GET") === "GET" && pathname.endsWith("/predictions");
    return isBusy || busy.has(pathname.split("/").at(-1) ?? "")
      ? Response.json(
          { error: { error_id: "RATE_LIMITED" } },
          { status: 429, headers: { "retry-after": "3600" } },
        )
      : real(input, init);
  });
});

afterAll(() => void vi.unstubAllGlobals());

describe.concurrent("while every answer is that it should wait an hour", () => {
  it("an unconfirmed create is given up at its deadline", async () => {
    const user = await newUser();
    const answer = await user.post("/api/generate", { prompt: newPrompt("answer-never") });
    const { pending } = await expectProblem(answer, "upstream_timeout");
    const ended = await reaches(user, pending?.id ?? "", "failed");
    expect(ended.error?.code).toBe("unconfirmed");
    await isIdle(user);
  });

  it("a running job times out at its deadline", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"));
    busy.add(id);
    expect((await reaches(user, id, "failed")).error?.code).toBe("timed_out");
  });
});

const settings = { ...settingsOf(env), outputWindowMs: 300_000, deadlineMs: 900_000 };

const job = (changes: Partial<Job>): Job => ({
  ...retainedJobOf(
    {
      id: "prediction",
      prompt: "a prompt",
      model: "truefusion-pro",
      status: "queued",
      progress: null,
      outputs: [],
      error: null,
      favorite: false,
      shareToken: null,
      options: {},
      createdAt: 0,
      completedAt: null,
    },
    "user",
    0,
  ),
  ...changes,
});

const success = {
  ...unseen("prediction"),
  status: "succeeded" as const,
  outputs: ["https://x.example/0.png"],
};

describe("an image that Skytells has for a minute", () => {
  it("is asked for within that minute, whichever it is", () => {
    let current = applyPrediction(job({}), success, 0, settings);
    const tries: number[] = [];
    for (let now = 0; now < 300_000; ) {
      tries.push(now);
      current = reschedule({ ...current, attempts: current.attempts + 1 }, now, settings);
      now = current.nextAt;
      expect(now).toBeGreaterThan(tries.at(-1) ?? 0);
    }
    const gaps = tries.map((at, index) => (tries[index + 1] ?? 300_000) - at);
    expect(Math.max(...gaps)).toBeLessThan(60_000);
  });

  it("is not removed by what an earlier try was to remove, and has no second window", () => {
    const healed = applyPrediction(timeOut(job({}), 900_000), success, 900_000, settings);
    const lost = failStore(healed, "storage_failed", 1_000_000);
    expect(lost.tasks).toContain("remove");
    const again = applyPrediction(lost, success, 1_100_000, settings);
    expect(again.tasks).toContain("store");
    expect(again.tasks).not.toContain("remove");
    expect(again.source?.lostAt).toBe(1_200_000);
    expect(applyPrediction(lost, success, 1_200_001, settings).tasks).not.toContain("store");
  });
});
