// The account page, and how an account is deleted from it.
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAccountDeletion } from "../../frontend/account/account-deletion.ts";
import { accountText } from "../../frontend/text/account.ts";
import { commonText } from "../../frontend/text/common.ts";
import { errorSentences } from "../../frontend/text/errors.ts";
import { signInText } from "../../frontend/text/sign-in.ts";
import { openApp } from "./render-app.tsx";
import { failure, ok, outboxItem, setUp, signedIn, signedOut, TODAY } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
const reloadPage = vi.fn();
beforeEach(() => {
  history.replaceState(null, "", "/account");
  reloadPage.mockReset();
  vi.spyOn(location, "reload").mockImplementation(reloadPage);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const plan = async (changes: object) => {
  const limits = { concurrent: 3, inFlight: 1, unconfirmed: 0, today: TODAY, ...changes };
  const world = setUp();
  world.api.session.mockResolvedValue(ok(signedIn({ limits })));
  return openApp(world);
};

describe("the page", () => {
  test("shows the user, the plan, what is in flight and what was used today", async () => {
    await plan({ unconfirmed: 1 });
    const part = within(await screen.findByRole("region", { name: accountText.plan }));
    for (const words of ["ada@example.com", accountText.planName("pro"), "1 of 3", "1 of 50"]) {
      expect(part.getByText(words), words).toBeTruthy();
    }
    expect(part.getByText(accountText.unconfirmed(1))).toBeTruthy();
    expect(part.getByText(accountText.resetsAt(Date.parse(TODAY.resetsAt)))).toBeTruthy();
  });

  test("links to the operator's page for operators only", async () => {
    for (const operator of [true, undefined]) {
      const world = setUp();
      const user = {
        id: "u1",
        email: "ada@example.com",
        plan: "pro",
        ...(operator && { operator }),
      } as const;
      world.api.session.mockResolvedValue(ok(signedIn({ user })));
      await openApp(world);
      await screen.findByText("ada@example.com");
      const link = screen.queryByRole("link", { name: accountText.operator });
      expect(link?.getAttribute("href") ?? null).toBe(operator ? "/admin" : null);
      cleanup();
    }
  });

  test("shows a plan without a daily limit", async () => {
    await plan({ today: { ...TODAY, used: 1200, limit: null } });
    expect(await screen.findByText("1,200")).toBeTruthy();
    expect(screen.getByText(accountText.todayNoLimit)).toBeTruthy();
  });

  test("asks a signed-out user to sign in, and returns here", async () => {
    const world = setUp();
    world.api.session.mockResolvedValue(ok(signedIn({ user: null, limits: null, signIn: ["oidc"] })));
    await openApp(world);
    await screen.findByRole("heading", { name: accountText.signInTitle });
    fireEvent.click(screen.getByRole("button", { name: accountText.signIn }));
    const link = await screen.findByRole("link", { name: signInText.withOidc });
    expect(link.getAttribute("href")).toBe("/api/auth/login?return_to=%2Faccount");
  });

  test("says that the studio cannot be reached, and tries again", async () => {
    const world = setUp();
    world.api.session.mockResolvedValueOnce(failure("network_error"));
    await openApp(world);
    await screen.findByRole("heading", { name: errorSentences.network_error });
    fireEvent.click(screen.getByRole("button", { name: accountText.tryAgain }));
    expect(await screen.findByText("ada@example.com")).toBeTruthy();
  });

  test("signs out here or everywhere", async () => {
    const { api, reload } = await openApp();
    fireEvent.click(await screen.findByRole("button", { name: accountText.signOutEverywhere }));
    await waitFor(() => expect(reload).toHaveBeenCalledOnce());
    fireEvent.click(screen.getByRole("button", { name: accountText.signOut }));
    await waitFor(() => expect(api.signOut.mock.calls).toEqual([[true], [false]]));
  });
});

describe("the export", () => {
  const part = (number: number) => ({
    part: number,
    from: "2026-03-01T10:00:00.000Z",
    url: `/api/account/export?part=${number}&cursor=c${number}`,
  });

  test("lists the parts as downloads, page by page", async () => {
    const { api } = await openApp();
    api.exportParts.mockResolvedValueOnce(ok({ parts: [part(1), part(2)], nextCursor: "c3" }));
    api.exportParts.mockResolvedValueOnce(ok({ parts: [part(3)], nextCursor: null }));
    fireEvent.click(await screen.findByRole("button", { name: accountText.exportShow }));
    const link = await screen.findByRole("link", { name: accountText.exportPart(2, part(2).from) });
    expect([link.getAttribute("href"), link.hasAttribute("download")]).toEqual([part(2).url, true]);
    fireEvent.click(screen.getByRole("button", { name: accountText.exportMore }));
    await screen.findByRole("link", { name: accountText.exportPart(3, part(3).from) });
    expect(screen.queryByRole("button", { name: accountText.exportMore })).toBeNull();
    expect(api.exportParts.mock.calls).toEqual([[null], ["c3"]]);
  });

  test("says why it failed, and can be repeated", async () => {
    const { api } = await openApp();
    api.exportParts.mockResolvedValueOnce(failure("storage_unavailable"));
    api.exportParts.mockResolvedValueOnce(ok({ parts: [{ ...part(1), from: null }], nextCursor: null }));
    fireEvent.click(await screen.findByRole("button", { name: accountText.exportShow }));
    await screen.findByText(errorSentences.storage_unavailable);
    fireEvent.click(screen.getByRole("button", { name: accountText.exportShow }));
    await screen.findByRole("link", { name: accountText.exportPart(1, null) });
    expect(screen.queryByText(errorSentences.storage_unavailable)).toBeNull();
  });
});

describe("deleting the account", () => {
  async function ask(world = setUp()) {
    const app = await openApp(world);
    fireEvent.click(await screen.findByRole("button", { name: accountText.deleteOpen }));
    const dialog = within(await screen.findByRole("dialog", { name: accountText.deleteTitle }));
    const field = dialog.getByRole<HTMLInputElement>("textbox");
    const type = (words: string) => fireEvent.input(field, { target: { value: words } });
    const send = () => field.form && fireEvent.submit(field.form);
    return { ...app, dialog, type, send };
  }

  test("requires the address, and lists what is deleted", async () => {
    const { api, dialog, type, send } = await ask();
    for (const what of accountText.deleteList) expect(dialog.getByText(what)).toBeTruthy();
    for (const words of ["", "delete", "ada@example.co"]) {
      type(words);
      send();
      await waitFor(() =>
        expect(dialog.getByRole("alert").textContent).toBe(accountText.deleteMismatch("ada@example.com")),
      );
    }
    expect(api.deleteAccount).not.toHaveBeenCalled();
    type(" Ada@Example.com ");
    send();
    send();
    expect(api.deleteAccount).toHaveBeenCalledOnce();
    expect(dialog.getByRole("button", { name: accountText.deleting })).toBeTruthy();
    await waitFor(() => expect(reloadPage).toHaveBeenCalledOnce());
    expect(history.state).toMatchObject({ signOutReason: "deleted" });
  });

  test("is confirmed after the reload, while signed out only", async () => {
    const world = setUp();
    world.api.session.mockResolvedValue(ok(signedOut()));
    history.replaceState({ signOutReason: "deleted" }, "");
    await openApp(world);
    expect(await screen.findByRole("heading", { name: accountText.signedOut.deleted.title })).toBeTruthy();
    cleanup();
    await openApp();
    expect(await screen.findByRole("heading", { name: accountText.title })).toBeTruthy();
  });

  test("keeps its dialog open while it runs", async () => {
    const world = setUp();
    const response = Promise.withResolvers<Awaited<ReturnType<typeof world.api.deleteAccount>>>();
    world.api.deleteAccount.mockReturnValueOnce(response.promise);
    const { router, dialog, type, send } = await ask(world);
    type("ada@example.com");
    send();
    await dialog.findByRole("button", { name: accountText.deleting });
    const element = screen.getByRole<HTMLDialogElement>("dialog", { name: accountText.deleteTitle });
    // As Chromium does after repeated Escape, without a `cancel` event that could be prevented.
    element.close();
    await waitFor(() => expect(element.open).toBe(true));
    router.go("/");
    expect(screen.getByRole("dialog", { name: accountText.deleteTitle })).toBe(element);
    response.resolve(failure("storage_unavailable"));
    await dialog.findByText(accountText.deleteUncertain(errorSentences.storage_unavailable));
    fireEvent.click(dialog.getByRole("button", { name: accountText.keep }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await screen.findByRole("textbox", { name: commonText.prompt });
  });

  test("says that it failed, and can be sent again", async () => {
    const world = setUp();
    world.api.deleteAccount.mockResolvedValueOnce(failure("network_error"));
    const { api, dialog, type, send } = await ask(world);
    type("ada@example.com");
    send();
    await dialog.findByText(accountText.deleteUncertain(errorSentences.network_error));
    fireEvent.click(dialog.getByRole("button", { name: accountText.deleteAgain }));
    send();
    await waitFor(() => expect(reloadPage).toHaveBeenCalledOnce());
    expect(api.deleteAccount).toHaveBeenCalledTimes(2);
  });
});

describe("a deletion", () => {
  async function opened(...responses: Parameters<typeof failure>[0][]) {
    const stored = { theme: "dark", draft: "a fox", "history.u1": "[]", "outbox.u1": "[]" };
    const world = setUp({ stored, storedInTab: { draft: "a fox" } });
    const [clearBrowserData, showDeletedPage] = [vi.fn(async () => {}), vi.fn()];
    await world.begin();
    const deletion = createAccountDeletion({ ...world, clearBrowserData, showDeletedPage });
    for (const code of responses) world.api.deleteAccount.mockResolvedValueOnce(failure(code));
    deletion.open();
    return { ...world, deletion, clearBrowserData, showDeletedPage };
  }

  test("clears this browser, including the settings", async () => {
    const { deletion, store, tabStore, clearBrowserData, showDeletedPage } = await opened();
    await deletion.send();
    expect([...store.values, ...tabStore.values]).toEqual([]);
    expect(clearBrowserData).toHaveBeenCalledOnce();
    expect(showDeletedPage).toHaveBeenCalledOnce();
  });

  test("pauses the queue until it has failed", async () => {
    const { connection, outbox, api, deletion } = await opened("internal");
    const sent = deletion.send();
    expect(connection.isConnected.value).toBe(false);
    outbox.put(outboxItem("k", { state: "queued" }));
    await sent;
    expect(deletion.error.value?.code).toBe("internal");
    expect(api.generate).not.toHaveBeenCalled();
    await deletion.close();
    await vi.waitFor(() => expect(api.generate).toHaveBeenCalledOnce());
  });

  test("whose response was lost is confirmed by the 401 to the next attempt", async () => {
    const { deletion, showDeletedPage } = await opened("network_error", "unauthenticated");
    await deletion.send();
    expect(showDeletedPage).not.toHaveBeenCalled();
    await deletion.send();
    expect(showDeletedPage).toHaveBeenCalledOnce();
  });

  test("whose response was lost is checked when the user gives up", async () => {
    const { api, deletion, showDeletedPage, store } = await opened("storage_unavailable");
    await deletion.send();
    api.session.mockResolvedValueOnce(ok(signedOut()));
    await deletion.close();
    expect(showDeletedPage).toHaveBeenCalledOnce();
    expect([...store.values]).toEqual([]);
  });

  test("that was not carried out lets the user continue", async () => {
    const { session, deletion, showDeletedPage, store, sockets } = await opened("network_error");
    await deletion.send();
    await deletion.close();
    expect(session.user.value?.email).toBe("ada@example.com");
    expect(deletion.user.value).toBeNull();
    expect(sockets.opened).toHaveLength(2);
    expect(showDeletedPage).not.toHaveBeenCalled();
    expect(store.get("draft")).toBe("a fox");
  });

  test("of a user who was signed out meanwhile is not confirmed", async () => {
    const { api, deletion, showDeletedPage, reload, store } = await opened(
      "unauthenticated",
      "unauthenticated",
    );
    await deletion.send();
    await deletion.send();
    expect(showDeletedPage).not.toHaveBeenCalled();
    api.session.mockResolvedValueOnce(ok(signedOut()));
    await deletion.close();
    expect(reload).toHaveBeenCalledOnce();
    expect(store.get("draft")).toBe("a fox");
  });

  test("that is closed before it is sent changes nothing", async () => {
    const { api, deletion, session, sockets } = await opened();
    await deletion.close();
    expect(api.deleteAccount).not.toHaveBeenCalled();
    expect(session.user.value).not.toBeNull();
    expect(sockets.opened).toHaveLength(1);
  });
});
