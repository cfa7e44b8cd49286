// Requests for lists are repeated after a failure.
import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ApiError } from "../../frontend/api/result.ts";
import { retryFailures } from "../../frontend/studio/session/retry.ts";
import { failure, ok, setUp, signedOut } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.restoreAllMocks();
});

function failing(code: ApiError["code"], more: Partial<ApiError> = {}) {
  const error = signal<ApiError | null>(failure(code, more).error);
  const wakeUps = signal(0);
  const again = vi.fn(() => {
    error.value = failure(code, more).error;
  });
  return { error, wakeUps, again, stop: retryFailures({ error, wakeUps, random: () => 1, retry: again }) };
}

describe("a failed request", () => {
  test("is repeated with a growing delay until it succeeds", async () => {
    const { error, again } = failing("storage_unavailable");
    await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 4_000);
    expect(again).toHaveBeenCalledTimes(3);
    error.value = null;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(again).toHaveBeenCalledTimes(3);
    error.value = failure("internal").error;
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
    const { wakeUps, again } = failing("network_error");
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
    const { again, stop } = failing("network_error");
    stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(again).not.toHaveBeenCalled();
  });
});

describe("the latest images", () => {
  test("are read again after a failure", async () => {
    const { api, userSession, begin } = setUp();
    api.list.mockResolvedValueOnce(failure("storage_unavailable"));
    await begin("");
    expect([userSession.recent.value, userSession.recentError.value?.code]).toEqual([
      "failed",
      "storage_unavailable",
    ]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([userSession.recent.value, userSession.recentError.value]).toEqual(["ready", null]);
  });

  test("ask for the session after a 401", async () => {
    const { api, session, begin } = setUp();
    api.list.mockResolvedValueOnce(failure("unauthenticated"));
    api.session.mockResolvedValueOnce(await api.session()).mockResolvedValue(ok(signedOut()));
    await begin("");
    await vi.advanceTimersByTimeAsync(0);
    expect(session.user.value).toBeNull();
  });
});
