// The header's indicator of what is being created and queued.
import { act, cleanup, configure, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openApp } from "./render-app.tsx";
import { fakeApi, NOW, ok, outboxItem, setUp, signedIn, storedOutbox, TODAY } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
beforeEach(() => history.replaceState(null, "", "/gallery"));
afterEach(cleanup);

async function open(inFlight: number, queued: string[]) {
  const api = fakeApi();
  const limits = { concurrent: 1, inFlight, unconfirmed: 0, today: TODAY };
  api.session.mockResolvedValue(ok(signedIn({ limits })));
  const items = queued.map((key) => outboxItem(key, { state: "queued", at: NOW }));
  return openApp(setUp({ api, stored: storedOutbox(...items) }));
}
const indicator = () => screen.queryByTitle("Show progress");

test("is hidden while nothing is in flight or queued", async () => {
  await open(0, []);
  await screen.findByText("No images yet");
  expect(indicator()).toBeNull();
});

test("shows how much is being created and queued, and opens the queue on the Create page", async () => {
  const { dialogs } = await open(1, ["a", "b"]);
  await waitFor(() => expect(indicator()?.textContent).toContain("1 creating · 2 queued"));
  await act(async () => void fireEvent.click(indicator() as HTMLElement));
  expect(location.pathname).toBe("/");
  expect(dialogs.queue.value).toBe(true);
  await waitFor(() => expect(document.activeElement?.getAttribute("aria-expanded")).toBe("true"));
});
