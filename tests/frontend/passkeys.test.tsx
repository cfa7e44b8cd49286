// The passkeys on the account page.
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createPasskeys } from "../../frontend/account/passkeys.ts";
import { accountText as text } from "../../frontend/text/account.ts";
import { errorSentences } from "../../frontend/text/errors.ts";
import type { Passkey } from "../../worker/api/schemas/passkey.ts";
import { canceled, known, stubAuthenticator } from "./authenticator.ts";
import { openApp } from "./render-app.tsx";
import { failure, ok, setUp, signedIn, signedOut } from "./support.ts";

configure({ asyncUtilTimeout: 5_000 });
beforeEach(() => history.replaceState(null, "", "/account"));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const PATH = "/api/passkeys";
const REGISTER = "/api/auth/passkeys/register";
const CREATED = "2026-03-01T10:00:00.000Z";

const passkey = (id: string, changes: Partial<Passkey> = {}): Passkey => ({
  id,
  name: `passkey ${id}`,
  createdAt: CREATED,
  lastUsedAt: null,
  synced: false,
  ...changes,
});

/** The account page with these passkeys; responses by method and path. */
async function openPasskeys(
  passkeys: Passkey[],
  responses: Record<string, unknown> = {},
  hasOtherSignIn = false,
) {
  const world = setUp();
  world.api.session.mockResolvedValue(ok(signedIn()));
  const defaults: Record<string, unknown> = {
    [`GET ${PATH}`]: ok({ passkeys, hasOtherSignIn }),
    [`POST ${REGISTER}-options`]: ok({ options: {}, state: "the state" }),
    [`POST ${REGISTER}`]: ok({ passkey: passkey("new") }),
  };
  world.api.call.mockImplementation((async (method: string, path: string) => {
    const route = `${method} ${path}`;
    return (await (responses[route] ?? defaults[route])) ?? ok(undefined);
  }) as never);
  await openApp(world);
  fireEvent.click(await screen.findByRole("button", { name: text.passkeysShow }));
  await waitFor(() => expect(screen.queryByRole("button", { name: text.passkeysShow })).toBeNull());
  return world.api;
}

const click = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const sent = (api: Awaited<ReturnType<typeof openPasskeys>>, method: string, path: string) =>
  api.call.mock.calls.filter(([one, at]) => one === method && at === path);
const names = () => screen.queryAllByText(/^passkey /).map((name) => name.textContent);

describe("the list", () => {
  test("shows when each passkey was created and used, and whether it is synced", async () => {
    stubAuthenticator();
    await openPasskeys([passkey("1", { lastUsedAt: CREATED, synced: true }), passkey("2")]);
    const [first, second] = await screen.findAllByRole("listitem");
    const facts = [text.passkeyCreated(CREATED), text.passkeyUsed(CREATED), text.passkeySynced];
    expect(first?.textContent).toContain(facts.join(" · "));
    expect(second?.textContent).toContain(text.passkeyUsed(null));
    expect(second?.textContent).not.toContain(text.passkeySynced);
  });

  test("says that there are none", async () => {
    stubAuthenticator();
    await openPasskeys([]);
    expect(await screen.findByText(text.passkeysNone)).toBeTruthy();
    expect(screen.getByRole("button", { name: text.passkeyAdd })).toBeTruthy();
  });

  test("that cannot be loaded says why, and can be loaded again", async () => {
    stubAuthenticator();
    const responses: Record<string, unknown> = { [`GET ${PATH}`]: failure("network_error") };
    await openPasskeys([passkey("1")], responses);
    expect((await screen.findByRole("alert")).textContent).toBe(errorSentences.network_error);
    delete responses[`GET ${PATH}`];
    click(text.tryAgain);
    await waitFor(() => expect(names()).toEqual(["passkey 1"]));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("in a browser without passkeys shows that, and offers none", async () => {
    vi.stubGlobal("PublicKeyCredential", class {});
    await openPasskeys([passkey("1")]);
    expect(await screen.findByText(text.passkeysUnsupported)).toBeTruthy();
    expect(screen.queryByRole("button", { name: text.passkeyAdd })).toBeNull();
    expect(names()).toEqual(["passkey 1"]);
  });

  test("a session that ended elsewhere shows the sign-in", async () => {
    stubAuthenticator();
    const api = await openPasskeys([passkey("1")], { [`DELETE ${PATH}/1`]: failure("unauthenticated") });
    await screen.findByText("passkey 1");
    api.session.mockResolvedValue(ok(signedOut()));
    click(text.passkeyRemoveOne("passkey 1"));
    fireEvent.click(
      within(screen.getByRole("dialog")).getByRole("button", { name: text.passkeyRemoveConfirm }),
    );
    expect(await screen.findByRole("heading", { name: text.signInTitle })).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});

describe("adding", () => {
  test("sends what the authenticator created, and lists the passkey", async () => {
    stubAuthenticator();
    const api = await openPasskeys([passkey("1")]);
    click(text.passkeyAdd);
    await waitFor(() => expect(names()).toEqual(["passkey 1", "passkey new"]));
    expect(sent(api, "POST", REGISTER)[0]?.[2]?.body).toEqual({
      state: "the state",
      credential: { id: "a-credential" },
    });
  });

  test("asks the authenticator once, however often the button is clicked", async () => {
    const prompts = stubAuthenticator();
    const api = await openPasskeys([]);
    click(text.passkeyAdd);
    click(text.passkeyAdd);
    await waitFor(() => expect(names()).toEqual(["passkey new"]));
    expect(prompts.create).toHaveBeenCalledOnce();
    expect(sent(api, "POST", `${REGISTER}-options`)).toHaveLength(1);
  });

  test.each([
    ["canceled by the user", canceled, text.passkeyFailure.canceled],
    ["on a device that has one", known, text.passkeyFailure.known],
  ])("%s shows why, sends nothing, and can be repeated", async (_, prompt, sentence) => {
    const prompts = stubAuthenticator();
    prompts.create.mockImplementationOnce(prompt);
    const api = await openPasskeys([passkey("1")]);
    click(text.passkeyAdd);
    expect((await screen.findByRole("alert")).textContent).toBe(sentence);
    expect(sent(api, "POST", REGISTER)).toEqual([]);
    click(text.passkeyAdd);
    await waitFor(() => expect(names()).toEqual(["passkey 1", "passkey new"]));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test.each([
    ["maximum_reached", text.passkeyFailure.maximum_reached],
    ["storage_unavailable", errorSentences.storage_unavailable],
  ] as const)("that the Worker refuses says why: %s", async (code, sentence) => {
    stubAuthenticator();
    await openPasskeys([passkey("1")], { [`POST ${REGISTER}-options`]: failure(code) });
    click(text.passkeyAdd);
    expect((await screen.findByRole("alert")).textContent).toBe(sentence);
    expect(names()).toEqual(["passkey 1"]);
  });

  test("whose response is lost lists the passkey that the Worker stored", async () => {
    stubAuthenticator();
    const responses: Record<string, unknown> = { [`POST ${REGISTER}`]: failure("network_error") };
    await openPasskeys([], responses);
    responses[`GET ${PATH}`] = ok({ passkeys: [passkey("stored")], hasOtherSignIn: false });
    click(text.passkeyAdd);
    expect((await screen.findByRole("alert")).textContent).toBe(errorSentences.network_error);
    expect(names()).toEqual(["passkey stored"]);
  });
});

describe("renaming", () => {
  test("saves the name and gives the focus back", async () => {
    stubAuthenticator();
    const renamed = passkey("1", { name: "passkey of the office" });
    const api = await openPasskeys([passkey("1")], { [`PATCH ${PATH}/1`]: ok({ passkey: renamed }) });
    click(text.passkeyRenameOne("passkey 1"));
    const field = screen.getByRole<HTMLInputElement>("textbox", { name: text.passkeyName });
    expect(document.activeElement).toBe(field);
    fireEvent.input(field, { target: { value: "passkey of the office" } });
    click(text.passkeySave);
    await waitFor(() => expect(names()).toEqual(["passkey of the office"]));
    expect(sent(api, "PATCH", `${PATH}/1`)[0]?.[2]?.body).toEqual({ name: "passkey of the office" });
    const opener = screen.getByRole("button", { name: text.passkeyRenameOne("passkey of the office") });
    expect(document.activeElement).toBe(opener);
  });

  test("is canceled by Escape", async () => {
    stubAuthenticator();
    const api = await openPasskeys([passkey("1")]);
    click(text.passkeyRenameOne("passkey 1"));
    fireEvent.keyDown(screen.getByRole("textbox", { name: text.passkeyName }), { key: "Escape" });
    await waitFor(() => expect(names()).toEqual(["passkey 1"]));
    expect(sent(api, "PATCH", `${PATH}/1`)).toEqual([]);
  });

  test("without a connection keeps the form, and Cancel removes the error", async () => {
    stubAuthenticator();
    await openPasskeys([passkey("1")], { [`PATCH ${PATH}/1`]: failure("network_error") });
    click(text.passkeyRenameOne("passkey 1"));
    fireEvent.input(screen.getByRole("textbox", { name: text.passkeyName }), { target: { value: "Mine" } });
    click(text.passkeySave);
    expect((await screen.findByRole("alert")).textContent).toBe(errorSentences.network_error);
    expect(screen.getByDisplayValue("Mine")).toBeTruthy();
    click(text.passkeyCancel);
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(names()).toEqual(["passkey 1"]);
  });

  test("a passkey that another tab removed removes it here", async () => {
    stubAuthenticator();
    const responses: Record<string, unknown> = { [`PATCH ${PATH}/1`]: failure("not_found") };
    await openPasskeys([passkey("1")], responses);
    click(text.passkeyRenameOne("passkey 1"));
    responses[`GET ${PATH}`] = ok({ passkeys: [], hasOtherSignIn: true });
    click(text.passkeySave);
    expect((await screen.findByRole("alert")).textContent).toBe(errorSentences.not_found);
    expect(screen.getByText(text.passkeysNone)).toBeTruthy();
  });
});

describe("removing", () => {
  async function ask() {
    click(text.passkeyRemoveOne("passkey 1"));
    return within(await screen.findByRole("dialog", { name: text.passkeyRemoveTitle("passkey 1") }));
  }

  test("asks first, and moves the focus to the section", async () => {
    stubAuthenticator();
    const api = await openPasskeys([passkey("1"), passkey("2")]);
    const dialog = await ask();
    expect(dialog.getByText(text.passkeyRemoveWhat)).toBeTruthy();
    expect(sent(api, "DELETE", `${PATH}/1`)).toEqual([]);
    fireEvent.click(dialog.getByRole("button", { name: text.passkeyRemoveConfirm }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(names()).toEqual(["passkey 2"]);
    const section = screen.getByRole("heading", { name: text.passkeys }).closest("section");
    await waitFor(() => expect(document.activeElement).toBe(section));
  });

  test("keeps the passkey after another answer", async () => {
    stubAuthenticator();
    const api = await openPasskeys([passkey("1")]);
    fireEvent.click((await ask()).getByRole("button", { name: text.passkeyKeep }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent(api, "DELETE", `${PATH}/1`)).toEqual([]);
    expect(names()).toEqual(["passkey 1"]);
  });

  test.each([
    ["the last way to sign in warns", [passkey("1")], false, text.passkeyRemoveLast],
    ["the last passkey beside another way does not warn", [passkey("1")], true, text.passkeyRemoveWhat],
    ["one of two does not warn", [passkey("1"), passkey("2")], false, text.passkeyRemoveWhat],
  ])("%s", async (_, passkeys, hasOtherSignIn, sentence) => {
    stubAuthenticator();
    await openPasskeys(passkeys, {}, hasOtherSignIn);
    expect((await ask()).getByText(sentence)).toBeTruthy();
  });

  test("that fails keeps the question open and says why", async () => {
    stubAuthenticator();
    const responses: Record<string, unknown> = { [`DELETE ${PATH}/1`]: failure("network_error") };
    await openPasskeys([passkey("1")], responses);
    const dialog = await ask();
    const confirm = dialog.getByRole("button", { name: text.passkeyRemoveConfirm });
    fireEvent.click(confirm);
    expect(await dialog.findByText(errorSentences.network_error)).toBeTruthy();
    // The first request removed it, and its response was lost.
    responses[`DELETE ${PATH}/1`] = failure("not_found");
    fireEvent.click(confirm);
    expect(await screen.findByText(text.passkeysNone)).toBeTruthy();
  });

  test("sends one request for two clicks", async () => {
    stubAuthenticator();
    const removal = Promise.withResolvers<unknown>();
    const api = await openPasskeys([passkey("1")], { [`DELETE ${PATH}/1`]: removal.promise });
    const confirm = (await ask()).getByRole("button", { name: text.passkeyRemoveConfirm });
    fireEvent.click(confirm);
    fireEvent.click(confirm);
    expect(screen.getByRole("dialog")).toBeTruthy();
    removal.resolve(ok(undefined));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent(api, "DELETE", `${PATH}/1`)).toHaveLength(1);
  });
});

test("the state starts no second request while one is under way", async () => {
  const response = Promise.withResolvers<unknown>();
  const call = vi.fn(() => response.promise);
  const state = createPasskeys({ call: call as never });
  const loading = state.load();
  expect(state.isBusy.value).toBe(true);
  expect(await state.remove("1")).toBe(false);
  response.resolve(ok({ passkeys: [passkey("1")], hasOtherSignIn: false }));
  await loading;
  expect(call).toHaveBeenCalledOnce();
  expect(state.isLastSignIn("1")).toBe(true);
  expect(state.isBusy.value).toBe(false);
});
