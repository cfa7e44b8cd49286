/** A long Retry-After of Skytells does not move a deadline. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { expectProblem, generate, isIdle, newPrompt, newUser } from "./support/app.ts";
import { reachesByAlarm } from "./support/clock.ts";

/** Predictions whose status requests are answered with Retry-After of an hour. */
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

describe.concurrent("while Skytells answers 429 with Retry-After of an hour", () => {
  it("gives up an unconfirmed create at the deadline", async () => {
    const user = await newUser();
    const response = await user.post("/api/generate", { prompt: newPrompt("answer-never") });
    const { pending } = await expectProblem(response, "upstream_timeout");
    const ended = await reachesByAlarm(user, pending?.id ?? "", "failed");
    expect(ended.error?.code).toBe("unconfirmed");
    await isIdle(user);
  });

  it("times a running generation out at the deadline", async () => {
    const user = await newUser();
    const { id } = await generate(user, newPrompt("stuck"));
    busy.add(id);
    expect((await reachesByAlarm(user, id, "failed")).error?.code).toBe("timed_out");
  });
});
