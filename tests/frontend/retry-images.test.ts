import { beforeEach, expect, test, vi } from "vitest";
import { retryFailedImages } from "../../frontend/browser/retry-images.ts";
import { withListeners } from "./listeners.ts";

beforeEach(() => {
  vi.useFakeTimers();
  withListeners(retryFailedImages);
});

function brokenImage() {
  const image = document.body.appendChild(document.createElement("img"));
  image.src = "/images/a/0?size=thumb";
  const fetches = vi.spyOn(image, "src", "set");
  image.dispatchEvent(new Event("error"));
  return { image, fetches };
}

test("retries a failed image with growing delays until it is loaded", () => {
  const { image, fetches } = brokenImage();
  expect("broken" in image.dataset, "hidden").toBe(true);
  vi.advanceTimersByTime(2_000);
  expect(fetches.mock.calls).toEqual([[image.src]]);
  image.dispatchEvent(new Event("error"));
  vi.advanceTimersByTime(3_999);
  expect(fetches).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(fetches).toHaveBeenCalledTimes(2);
  image.dispatchEvent(new Event("load"));
  expect("broken" in image.dataset).toBe(false);
  vi.advanceTimersByTime(600_000);
  expect(fetches).toHaveBeenCalledTimes(2);
});

test("retries at once when the network is back, except images that left the page", () => {
  const { fetches } = brokenImage();
  const gone = brokenImage();
  gone.image.remove();
  dispatchEvent(new Event("online"));
  expect(fetches).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(600_000);
  expect([fetches.mock.calls.length, gone.fetches.mock.calls.length]).toEqual([1, 0]);
});
