// The connected apps on the account page.
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connectedAppsText as text } from "../../frontend/text/connected-apps.ts";
import { errorSentences } from "../../frontend/text/errors.ts";
import type { ConnectedApp } from "../../worker/api/schemas/connected-app.ts";
import { openApp } from "./render-app.tsx";
import { failure, ok, setUp, signedIn } from "./support.ts";

configure({ asyncUtilTimeout: 5_000 });
beforeEach(() => history.replaceState(null, "", "/account"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const app = (id: string): ConnectedApp => ({
  id,
  name: `app ${id}`,
  redirectHost: "app.example",
  scopes: ["read", "generate"],
  createdAt: "2026-03-01T10:00:00.000Z",
  expiresAt: null,
});

/** The account page; responses by method and path. */
async function openApps(responses: Record<string, unknown>) {
  const world = setUp();
  world.api.session.mockResolvedValue(ok(signedIn()));
  world.api.call.mockImplementation(
    (async (method: string, path: string) => responses[`${method} ${path}`] ?? ok(undefined)) as never,
  );
  await openApp(world);
  fireEvent.click(await screen.findByRole("button", { name: text.show }));
  return world.api.call;
}

const confirm = (title: string, name: string) =>
  fireEvent.click(within(screen.getByRole("dialog", { name: title })).getByRole("button", { name }));

test("shows each app with its access and host, and disconnects one", async () => {
  const call = await openApps({ "GET /api/connected-apps": ok({ apps: [app("1"), app("2")] }) });
  const [first] = await screen.findAllByRole("listitem");
  expect(first?.textContent).toContain("Read, Generate");
  expect(first?.textContent).toContain("app.example");
  fireEvent.click(screen.getByRole("button", { name: text.disconnectNamed("app 1") }));
  expect(call).not.toHaveBeenCalledWith("DELETE", expect.anything());
  confirm(text.disconnectTitle("app 1"), text.disconnect);
  await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(1));
  expect(call).toHaveBeenCalledWith("DELETE", "/api/connected-apps/1");
});

test("keeps an app after another answer", async () => {
  const call = await openApps({ "GET /api/connected-apps": ok({ apps: [app("1")] }) });
  fireEvent.click(await screen.findByRole("button", { name: text.disconnectNamed("app 1") }));
  confirm(text.disconnectTitle("app 1"), text.keep);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getAllByRole("listitem")).toHaveLength(1);
  expect(call).not.toHaveBeenCalledWith("DELETE", expect.anything());
});

test("disconnects all apps", async () => {
  const call = await openApps({ "GET /api/connected-apps": ok({ apps: [app("1"), app("2")] }) });
  fireEvent.click(await screen.findByRole("button", { name: text.disconnectAll }));
  confirm(text.disconnectAllTitle, text.disconnectAll);
  expect(await screen.findByText(text.none)).toBeTruthy();
  expect(call).toHaveBeenCalledWith("DELETE", "/api/connected-apps");
});

test("shows why an app could not be disconnected, and keeps it", async () => {
  await openApps({
    "GET /api/connected-apps": ok({ apps: [app("1")] }),
    "DELETE /api/connected-apps/1": failure("storage_unavailable"),
  });
  fireEvent.click(await screen.findByRole("button", { name: text.disconnectNamed("app 1") }));
  confirm(text.disconnectTitle("app 1"), text.disconnect);
  expect(await screen.findByText(errorSentences.storage_unavailable)).toBeTruthy();
  expect(screen.getAllByRole("listitem")).toHaveLength(1);
});
