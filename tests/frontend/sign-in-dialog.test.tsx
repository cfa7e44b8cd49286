// The sign-in dialog, by what the studio offers.
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { errorSentences } from "../../frontend/text/errors.ts";
import { menuText } from "../../frontend/text/menu.ts";
import { signInText as text } from "../../frontend/text/sign-in.ts";
import type { SignInMethod } from "../../worker/api/schemas/session.ts";
import { canceled, stubAuthenticator } from "./authenticator.ts";
import { openApp } from "./render-app.tsx";
import { failure, ok, setUp, signedIn, signedOut } from "./support.ts";

configure({ asyncUtilTimeout: 5_000 });
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const SIGN_IN = "POST /api/auth/passkeys/sign-in";

/** The open dialog of a studio with these ways to sign in. */
async function openDialog(signIn: SignInMethod[], responses: Record<string, unknown> = {}) {
  const world = setUp();
  world.api.session.mockResolvedValue(ok({ ...signedOut(), signIn }));
  world.api.answer(`${SIGN_IN}-options`, ok({ options: {}, state: "the state" }));
  world.api.answer(SIGN_IN, ok(undefined));
  for (const [route, response] of Object.entries(responses)) world.api.answer(route, response);
  const { dialogs } = await openApp(world);
  dialogs.signIn.value = "asked";
  const dialog = within(await screen.findByRole("dialog", { name: menuText.signIn }));
  return { api: world.api, dialog };
}

describe("with a passkey", () => {
  test("signs in and closes", async () => {
    stubAuthenticator();
    const { api, dialog } = await openDialog(["passkey"]);
    api.session.mockResolvedValue(ok(signedIn()));
    fireEvent.click(dialog.getByRole("button", { name: text.withPasskey }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(api.requests(SIGN_IN)).toEqual([{ state: "the state", credential: { id: "a-credential" } }]);
  });

  test("that the user cancels shows why, sends nothing, and can be repeated", async () => {
    const prompts = stubAuthenticator();
    prompts.get.mockImplementationOnce(canceled);
    const { api, dialog } = await openDialog(["passkey"]);
    const button = dialog.getByRole("button", { name: text.withPasskey });
    fireEvent.click(button);
    expect(await dialog.findByText(text.passkeyCanceled)).toBeTruthy();
    expect(api.requests(SIGN_IN)).toEqual([]);
    fireEvent.click(button);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  test.each([
    ["unauthenticated", text.passkeyRefused],
    ["network_error", errorSentences.network_error],
  ] as const)("that is refused says why: %s", async (code, sentence) => {
    stubAuthenticator();
    const { dialog } = await openDialog(["passkey"], { [SIGN_IN]: failure(code) });
    fireEvent.click(dialog.getByRole("button", { name: text.withPasskey }));
    expect(await dialog.findByText(sentence)).toBeTruthy();
  });

  test("asks the authenticator once for two clicks, and no more after Close", async () => {
    const prompts = stubAuthenticator();
    const confirmed = Promise.withResolvers<unknown>();
    prompts.get.mockReturnValueOnce(confirmed.promise);
    const { dialog } = await openDialog(["passkey"]);
    const button = dialog.getByRole("button", { name: text.withPasskey });
    fireEvent.click(button);
    fireEvent.click(button);
    await waitFor(() => expect(prompts.get).toHaveBeenCalledOnce());
    const signal = prompts.get.mock.calls[0]?.[0].signal;
    expect(signal?.aborted).toBe(false);
    fireEvent.click(dialog.getByRole("button", { name: text.close }));
    await waitFor(() => expect(signal?.aborted).toBe(true));
    confirmed.resolve(null);
  });

  test("says that this browser has no passkeys", async () => {
    vi.stubGlobal("PublicKeyCredential", class {});
    const { dialog } = await openDialog(["passkey"]);
    expect(dialog.getByText(text.noPasskeys)).toBeTruthy();
    expect(dialog.queryByRole("button", { name: text.withPasskey })).toBeNull();
  });
});

test.each([
  ["oidc", text.withOidc],
  ["access", text.withAccess],
] as const)("links to the identity provider, which leads back: %s", async (method, name) => {
  history.replaceState(null, "", "/gallery?favorite=true");
  const { dialog } = await openDialog([method]);
  const link = dialog.getByRole<HTMLAnchorElement>("link", { name });
  const { pathname, searchParams } = new URL(link.href);
  expect(pathname).toBe("/api/auth/login");
  expect(searchParams.get("return_to")).toBe("/gallery?favorite=true");
});

test("offers all ways that are set up", async () => {
  stubAuthenticator();
  const { dialog } = await openDialog(["oidc", "passkey"]);
  expect(dialog.getByRole("link", { name: text.withOidc })).toBeTruthy();
  expect(dialog.getByRole("button", { name: text.withPasskey })).toBeTruthy();
});

test("names the settings where no way is set up", async () => {
  const { dialog } = await openDialog([]);
  expect(dialog.getByRole("heading", { name: text.notSetUp })).toBeTruthy();
  for (const [name = ""] of text.settings) expect(dialog.getByText(name)).toBeTruthy();
});
