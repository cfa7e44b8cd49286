// The API keys on the account page.
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ApiKey } from "../../worker/api/schemas/api-key.ts";
import { apiKeysText, secretText } from "../../frontend/text/api-keys.ts";
import { errorSentences } from "../../frontend/text/errors.ts";
import { openApp } from "./render-app.tsx";
import { failure, ok, setUp, signedIn } from "./support.ts";

configure({ asyncUtilTimeout: 5_000 });
beforeEach(() => history.replaceState(null, "", "/account"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const key = (id: string, changes: Partial<ApiKey> = {}): ApiKey => ({
  id,
  name: `key ${id}`,
  scopes: ["read"],
  lastFour: "abcd",
  createdAt: "2026-03-01T10:00:00.000Z",
  expiresAt: null,
  lastUsedAt: null,
  ...changes,
});

/** The account page with these keys; responses by method and path. */
async function openKeys(keys: ApiKey[], responses: Record<string, unknown> = {}) {
  const world = setUp();
  world.api.session.mockResolvedValue(ok(signedIn()));
  world.api.call.mockImplementation(
    (async (method: string, path: string) =>
      (await responses[`${method} ${path}`]) ?? (method === "GET" ? ok({ keys }) : ok(undefined))) as never,
  );
  await openApp(world);
  fireEvent.click(await screen.findByRole("button", { name: apiKeysText.show }));
  await screen.findByRole("button", { name: apiKeysText.create });
  return world.api.call;
}

const click = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

describe("the list", () => {
  test("says that there are no keys", async () => {
    await openKeys([]);
    expect(screen.getByText(apiKeysText.none)).toBeTruthy();
    expect(screen.queryByRole("button", { name: apiKeysText.revokeAll })).toBeNull();
  });

  test("shows what each key may do, and when it ends", async () => {
    const past = "2020-01-01T00:00:00.000Z";
    await openKeys([key("1", { scopes: ["read", "manage"], expiresAt: past }), key("2")]);
    const [first, second] = screen.getAllByRole("listitem");
    expect(first?.textContent).toContain("Read, Manage");
    expect(first?.textContent).toContain(apiKeysText.expired(past));
    expect(second?.textContent).toContain(apiKeysText.used(null));
  });

  test("that cannot be loaded says why, and can be loaded again", async () => {
    const world = setUp();
    world.api.session.mockResolvedValue(ok(signedIn()));
    world.api.call.mockResolvedValueOnce(failure("storage_unavailable") as never);
    world.api.call.mockResolvedValueOnce(ok({ keys: [] }) as never);
    await openApp(world);
    fireEvent.click(await screen.findByRole("button", { name: apiKeysText.show }));
    expect((await screen.findByRole("alert")).textContent).toBe(errorSentences.storage_unavailable);
    click(apiKeysText.tryAgain);
    expect(await screen.findByText(apiKeysText.none)).toBeTruthy();
  });
});

describe("creating a key", () => {
  test("needs a name and a kind of access, then shows the secret once", async () => {
    const secret = "sk_studio_0secret";
    const call = await openKeys([], { "POST /api/keys": ok({ key: key("new"), secret }) });
    click(apiKeysText.create);
    const dialog = within(await screen.findByRole("dialog"));
    fireEvent.click(dialog.getByRole("button", { name: apiKeysText.createConfirmed }));
    expect(dialog.getByRole("alert").textContent).toBe(apiKeysText.nameMissing);
    fireEvent.input(dialog.getByRole("textbox"), { target: { value: "Build server" } });
    for (const box of dialog.getAllByRole<HTMLInputElement>("checkbox"))
      if (box.checked) fireEvent.click(box);
    fireEvent.click(dialog.getByRole("button", { name: apiKeysText.createConfirmed }));
    expect(dialog.getByRole("alert").textContent).toBe(apiKeysText.scopeMissing);
    expect(call.mock.calls.filter(([method]) => method === "POST")).toEqual([]);

    fireEvent.click(dialog.getByRole("checkbox", { name: new RegExp(apiKeysText.scopes.generate) }));
    fireEvent.click(dialog.getByRole("button", { name: apiKeysText.createConfirmed }));
    const field = await dialog.findByRole<HTMLInputElement>("textbox", { name: apiKeysText.secret });
    expect(field.value).toBe(secret);
    const post = call.mock.calls.find(([method]) => method === "POST");
    expect(post?.[2]?.body).toEqual({ name: "Build server", scopes: ["generate"] });

    fireEvent.click(dialog.getByRole("button", { name: secretText.done }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.getByText("key new")).toBeTruthy();
    expect(document.body.textContent).not.toContain(secret);
  });

  test("that is refused keeps the form and says why", async () => {
    await openKeys([], { "POST /api/keys": failure("maximum_reached") });
    click(apiKeysText.create);
    const dialog = within(await screen.findByRole("dialog"));
    fireEvent.input(dialog.getByRole("textbox"), { target: { value: "One more" } });
    fireEvent.click(dialog.getByRole("button", { name: apiKeysText.createConfirmed }));
    await waitFor(() => expect(dialog.getByRole("alert").textContent).toBe(errorSentences.maximum_reached));
    expect(dialog.getByRole<HTMLInputElement>("textbox").value).toBe("One more");
  });
});

test("a key whose dialog was closed too early is shown all the same", async () => {
  const response = Promise.withResolvers<unknown>();
  await openKeys([], { "POST /api/keys": response.promise });
  click(apiKeysText.create);
  const dialog = within(await screen.findByRole("dialog"));
  fireEvent.input(dialog.getByRole("textbox"), { target: { value: "Build server" } });
  fireEvent.click(dialog.getByRole("button", { name: apiKeysText.createConfirmed }));
  fireEvent.click(dialog.getByRole("button", { name: apiKeysText.cancel }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  response.resolve(ok({ key: key("new"), secret: "sk_studio_0secret" }));
  expect(await screen.findByDisplayValue("sk_studio_0secret")).toBeTruthy();
  click(secretText.done);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("a key whose response is lost is listed, and the error is gone after Cancel", async () => {
  const responses: Record<string, unknown> = { "POST /api/keys": failure("network_error") };
  await openKeys([], responses);
  click(apiKeysText.create);
  const dialog = within(await screen.findByRole("dialog"));
  fireEvent.input(dialog.getByRole("textbox"), { target: { value: "Build server" } });
  responses["GET /api/keys"] = ok({ keys: [key("stored")] });
  fireEvent.click(dialog.getByRole("button", { name: apiKeysText.createConfirmed }));
  await waitFor(() => expect(dialog.getByRole("alert").textContent).toBe(errorSentences.network_error));
  fireEvent.click(dialog.getByRole("button", { name: apiKeysText.cancel }));
  expect(await screen.findByText("key stored")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});

describe("revoking", () => {
  test("that fails keeps the question open and says why", async () => {
    await openKeys([key("1")], { "DELETE /api/keys/1": failure("network_error") });
    click(apiKeysText.revokeNamed("key 1"));
    const dialog = within(await screen.findByRole("dialog"));
    fireEvent.click(dialog.getByRole("button", { name: apiKeysText.revoke }));
    expect(await dialog.findByText(errorSentences.network_error)).toBeTruthy();
    expect(screen.getByText("key 1")).toBeTruthy();
  });

  test.each([
    ["one key", apiKeysText.revokeNamed("key 1"), apiKeysText.revoke, "/api/keys/1", ["key 2"]],
    ["all keys", apiKeysText.revokeAll, apiKeysText.revokeAll, "/api/keys", []],
  ])("%s asks first", async (_, opener, confirm, path, left) => {
    const call = await openKeys([key("1"), key("2")]);
    click(opener);
    const dialog = within(await screen.findByRole("dialog"));
    expect(call.mock.calls.filter(([method]) => method === "DELETE")).toEqual([]);
    fireEvent.click(dialog.getByRole("button", { name: confirm }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(call).toHaveBeenCalledWith("DELETE", path);
    expect(screen.queryAllByText(/^key \d$/).map((name) => name.textContent)).toEqual(left);
  });

  test("a key that is gone already removes it from the list", async () => {
    await openKeys([key("1")], { "DELETE /api/keys/1": failure("not_found") });
    click(apiKeysText.revokeNamed("key 1"));
    fireEvent.click(
      within(await screen.findByRole("dialog")).getByRole("button", { name: apiKeysText.revoke }),
    );
    expect(await screen.findByText(apiKeysText.none)).toBeTruthy();
  });
});
