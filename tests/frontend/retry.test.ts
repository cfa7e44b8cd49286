// A list that could not be read is read again while it is shown.
import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Trouble } from "../../frontend/api/result.ts";
import { retryFailures } from "../../frontend/studio/retry.ts";
import { begin, no, nobody, ok, setUp } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.restoreAllMocks();
});

function failing(code: Trouble["code"], more: Partial<Trouble> = {}) {
  const problem = signal<Trouble | null>(no(code, more).problem);
  const wakeUps = signal(0);
  const again = vi.fn(() => {
    problem.value = no(code, more).problem;
  });
  return { problem, wakeUps, again, stop: retryFailures({ problem, wakeUps, random: () => 1, again }) };
}

describe("a failed request", () => {
  test("is repeated with a growing delay until it succeeds", async () => {
    const { problem, again } = failing("storage_unavailable");
    await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 4_000);
    expect(again).toHaveBeenCalledTimes(3);
    problem.value = null;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(again).toHaveBeenCalledTimes(3);
    problem.value = no("internal").problem;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(again, "the delay starts over").toHaveBeenCalledTimes(4);
  });

  test("honors Retry-After", async () => {
    const { again } = failing("storage_unavailable", { retryAfterSeconds: 9 });
    await vi.advanceTimersByTimeAsync(8_999);
    expect(again).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(again).toHaveBeenCalledOnce();
  });

  test("is repeated at once on a wake-up", async () => {
    const { wakeUps, again } = failing("storage_unavailable", { retryAfterSeconds: 60 });
    wakeUps.value += 1;
    await vi.advanceTimersByTimeAsync(0);
    expect(again).toHaveBeenCalledOnce();
  });

  test("waits while the tab is hidden", async () => {
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    const { wakeUps, again } = failing("offline");
    await vi.advanceTimersByTimeAsync(600_000);
    expect(again).not.toHaveBeenCalled();
    hidden.mockReturnValue(false);
    wakeUps.value += 1;
    await vi.advanceTimersByTimeAsync(0);
    expect(again).toHaveBeenCalledOnce();
  });

  test.each(["not_found", "unauthenticated", "suspended", "invalid_request"] as const)(
    "%s is final",
    async (code) => {
      const { again } = failing(code);
      await vi.advanceTimersByTimeAsync(600_000);
      expect(again).not.toHaveBeenCalled();
    },
  );

  test("is not repeated after the end", async () => {
    const { again, stop } = failing("offline");
    stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(again).not.toHaveBeenCalled();
  });
});

describe("the latest images", () => {
  test("are read again after a failure", async () => {
    const { studio, api } = setUp();
    api.list.mockResolvedValueOnce(no("storage_unavailable"));
    await begin(studio, "");
    expect([studio.recent.value, studio.recentProblem.value?.code]).toEqual([
      "failed",
      "storage_unavailable",
    ]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([studio.recent.value, studio.recentProblem.value]).toEqual(["ready", null]);
  });

  test("a 401 makes the studio ask the session", async () => {
    const { studio, api } = setUp();
    api.list.mockResolvedValueOnce(no("unauthenticated"));
    api.session.mockResolvedValueOnce(await api.session()).mockResolvedValue(ok(nobody()));
    await begin(studio, "");
    await vi.advanceTimersByTimeAsync(0);
    expect(studio.session.user.value).toBeNull();
  });
});
