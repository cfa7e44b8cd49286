// The account page: what it tells, and how an account is deleted from it.
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { App } from "../../frontend/app.tsx";
import { createRouter } from "../../frontend/browser/router.ts";
import { openBackstage } from "../../frontend/studio/deferred.ts";
import { createDeletion } from "../../frontend/account/account-deletion.ts";
import { account } from "../../frontend/text/account.ts";
import { problems } from "../../frontend/text/errors.ts";
import { begin, later, no, nobody, ok, session, setUp, TODAY } from "./support.ts";

configure({ asyncUtilTimeout: 5_000 });
const reload = vi.fn();
beforeAll(async () => {
  await import("../../frontend/account/account-page.tsx");
}, 60_000);
beforeEach(() => {
  history.replaceState(null, "", "/account");
  reload.mockReset();
  vi.spyOn(location, "reload").mockImplementation(reload);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

async function open(world = setUp()) {
  const router = createRouter(window);
  render(<App studio={world.studio} router={router} />);
  await begin(world.studio, "");
  return { ...world, router };
}

const plan = async (changes: object) => {
  const limits = { concurrent: 3, inFlight: 1, unconfirmed: 0, today: TODAY, ...changes };
  const world = setUp();
  world.api.session.mockResolvedValue(ok(session({ limits })));
  return open(world);
};

describe("the page", () => {
  test("tells who is here, the plan, what is in flight and what is used today", async () => {
    await plan({ unconfirmed: 1 });
    const part = within(await screen.findByRole("region", { name: account.plan }));
    for (const words of ["ada@example.com", "Pro", "3 pictures at once.", "1 of 3", "1 of 50"]) {
      expect(part.getByText(words), words).toBeTruthy();
    }
    expect(part.getByText(account.unconfirmed(1))).toBeTruthy();
    expect(part.getByText(account.resets(Date.parse(TODAY.resetsAt)))).toBeTruthy();
  });

  test("knows plans without a daily limit", async () => {
    await plan({ today: { ...TODAY, used: 1200, limit: null } });
    expect(await screen.findByText("1,200")).toBeTruthy();
    expect(screen.getByText(account.todayNoLimit)).toBeTruthy();
  });

  test("asks a stranger to sign in, and comes back here", async () => {
    const world = setUp();
    world.api.session.mockResolvedValue(ok(session({ user: null, limits: null, signIn: ["oidc"] })));
    await open(world);
    await screen.findByRole("heading", { name: account.signIn });
    fireEvent.click(screen.getByRole("button", { name: account.signInDo }));
    const link = await screen.findByRole("link", { name: "Continue with your account" });
    expect(link.getAttribute("href")).toBe("/api/auth/login?return_to=%2Faccount");
  });

  test("says that the studio cannot be reached, and asks again", async () => {
    const world = setUp();
    world.api.session.mockResolvedValueOnce(no("offline"));
    await open(world);
    await screen.findByRole("heading", { name: problems.offline });
    fireEvent.click(screen.getByRole("button", { name: account.tryAgain }));
    expect(await screen.findByText("ada@example.com")).toBeTruthy();
  });

  test("signs out here or everywhere", async () => {
    const { api, restart } = await open();
    fireEvent.click(await screen.findByRole("button", { name: account.signOutEverywhere }));
    await waitFor(() => expect(restart).toHaveBeenCalledOnce());
    fireEvent.click(screen.getByRole("button", { name: account.signOut }));
    await waitFor(() => expect(api.signOut.mock.calls).toEqual([[true], [false]]));
  });
});

describe("the export", () => {
  const part = (number: number) => ({
    part: number,
    from: "2026-03-01T10:00:00.000Z",
    url: `/api/account/export?part=${number}&cursor=c${number}`,
  });

  test("lists the parts as plain downloads, page by page", async () => {
    const { api } = await open();
    api.exportParts.mockResolvedValueOnce(ok({ parts: [part(1), part(2)], nextCursor: "c3" }));
    api.exportParts.mockResolvedValueOnce(ok({ parts: [part(3)], nextCursor: null }));
    fireEvent.click(await screen.findByRole("button", { name: account.exportDo }));
    const link = await screen.findByRole("link", { name: account.exportPart(2, part(2).from) });
    expect([link.getAttribute("href"), link.hasAttribute("download")]).toEqual([part(2).url, true]);
    fireEvent.click(screen.getByRole("button", { name: account.exportMore }));
    await screen.findByRole("link", { name: account.exportPart(3, part(3).from) });
    expect(screen.queryByRole("button", { name: account.exportMore })).toBeNull();
    expect(api.exportParts.mock.calls).toEqual([[null], ["c3"]]);
  });

  test("says why there is none, and can be asked for again", async () => {
    const { api } = await open();
    api.exportParts.mockResolvedValueOnce(no("storage_unavailable"));
    api.exportParts.mockResolvedValueOnce(ok({ parts: [{ ...part(1), from: null }], nextCursor: null }));
    fireEvent.click(await screen.findByRole("button", { name: account.exportDo }));
    await screen.findByText(problems.storage_unavailable);
    fireEvent.click(screen.getByRole("button", { name: account.exportDo }));
    await screen.findByRole("link", { name: account.exportPart(1, null) });
    expect(screen.queryByText(problems.storage_unavailable)).toBeNull();
  });
});

describe("deleting the account", () => {
  async function ask(world = setUp()) {
    const { router } = await open(world);
    fireEvent.click(await screen.findByRole("button", { name: account.deleteOpen }));
    const dialog = within(await screen.findByRole("dialog", { name: account.deleteTitle }));
    const field = dialog.getByRole<HTMLInputElement>("textbox");
    const type = (words: string) => fireEvent.input(field, { target: { value: words } });
    const send = () => field.form && fireEvent.submit(field.form);
    return { ...world, router, dialog, type, send };
  }

  test("wants the address typed, and says what goes", async () => {
    const { api, dialog, type, send } = await ask();
    for (const what of account.deleteList) expect(dialog.getByText(what)).toBeTruthy();
    for (const words of ["", "delete", "ada@example.co"]) {
      type(words);
      send();
      await waitFor(() =>
        expect(dialog.getByRole("alert").textContent).toBe(account.deleteMismatch("ada@example.com")),
      );
    }
    expect(api.deleteAccount).not.toHaveBeenCalled();
    type(" Ada@Example.com ");
    send();
    send();
    expect(api.deleteAccount).toHaveBeenCalledOnce();
    expect(dialog.getByRole("button", { name: account.deleting })).toBeTruthy();
    await waitFor(() => expect(reload).toHaveBeenCalledOnce());
    expect(history.state).toMatchObject({ farewell: "deleted" });
  });

  test("says goodbye to who is nobody any more, and to nobody else", async () => {
    const world = setUp();
    world.api.session.mockResolvedValue(ok(nobody()));
    history.replaceState({ farewell: "deleted" }, "");
    await open(world);
    expect(await screen.findByRole("heading", { name: account.farewells.deleted.title })).toBeTruthy();
    cleanup();
    await open();
    expect(await screen.findByRole("heading", { name: account.title })).toBeTruthy();
  });

  test("stays on the screen while it runs, whatever closes the dialog or leaves the page", async () => {
    const world = setUp();
    const answer = later<Awaited<ReturnType<typeof world.api.deleteAccount>>>();
    world.api.deleteAccount.mockReturnValueOnce(answer.promise);
    const { router, dialog, type, send } = await ask(world);
    type("ada@example.com");
    send();
    await dialog.findByRole("button", { name: account.deleting });
    const element = screen.getByRole<HTMLDialogElement>("dialog", { name: account.deleteTitle });
    // As Chromium does with repeated Escape, without a `cancel` that the page could refuse.
    element.close();
    await waitFor(() => expect(element.open).toBe(true));
    router.go("/");
    expect(screen.getByRole("dialog", { name: account.deleteTitle })).toBe(element);
    answer.resolve(no("storage_unavailable"));
    await dialog.findByText(account.deleteUncertain(problems.storage_unavailable));
    fireEvent.click(dialog.getByRole("button", { name: account.keep }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await screen.findByRole("textbox", { name: "Prompt" });
  });

  test("that fails says so, and can be sent again", async () => {
    const world = setUp();
    world.api.deleteAccount.mockResolvedValueOnce(no("offline"));
    const { api, dialog, type, send } = await ask(world);
    type("ada@example.com");
    send();
    await dialog.findByText(account.deleteUncertain(problems.offline));
    fireEvent.click(dialog.getByRole("button", { name: account.deleteAgain }));
    send();
    await waitFor(() => expect(reload).toHaveBeenCalledOnce());
    expect(api.deleteAccount).toHaveBeenCalledTimes(2);
  });
});

describe("a deletion", () => {
  async function opened(...answers: Parameters<typeof no>[0][]) {
    const kept = { theme: "dark", draft: "a fox", "history.u1": "[]", "orders.u1": "[]" };
    const world = setUp({ kept, inTab: { draft: "a fox" } });
    const forgetElsewhere = vi.fn(async () => {});
    const [sayGoodbye, restart] = [vi.fn(), vi.fn()];
    await begin(world.studio, "");
    await vi.waitFor(() => expect(world.sockets.opened).toHaveLength(1));
    const deletion = createDeletion({ studio: world.studio, forgetElsewhere, sayGoodbye, restart });
    for (const code of answers) world.api.deleteAccount.mockResolvedValueOnce(no(code));
    deletion.open();
    return { ...world, deletion, forgetElsewhere, sayGoodbye, restartHere: restart };
  }

  test("leaves nothing in this browser, its settings neither", async () => {
    const { deletion, store, tabStore, forgetElsewhere, sayGoodbye } = await opened();
    await deletion.send();
    expect([...store.kept, ...tabStore.kept]).toEqual([]);
    expect(forgetElsewhere).toHaveBeenCalledOnce();
    expect(sayGoodbye).toHaveBeenCalledOnce();
  });

  test("starts nothing that waits until it is over and was not done", async () => {
    const { studio, api, deletion } = await opened("internal");
    // happy-dom has the name and nothing behind it.
    const locks = { request: async (_: string, work: () => void) => work() };
    Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
    const { press } = openBackstage(studio, createRouter(window));
    await deletion.send();
    expect(studio.up.value).toBe(false);
    const order = { body: { prompt: "a fox", model: "truefusion-pro" as const }, key: "k", at: Date.now() };
    studio.orders.put({ ...order, state: "waiting" });
    await vi.waitFor(() => expect(deletion.problem.value?.code).toBe("internal"));
    expect(api.generate).not.toHaveBeenCalled();
    await deletion.close();
    await vi.waitFor(() => expect(api.generate).toHaveBeenCalledOnce());
    document.removeEventListener("keydown", press);
    Reflect.deleteProperty(navigator, "locks");
  });

  test("that was done though its answer was lost ends in the goodbye", async () => {
    const { deletion, sayGoodbye } = await opened("offline", "unauthenticated");
    await deletion.send();
    expect(sayGoodbye).not.toHaveBeenCalled();
    await deletion.send();
    expect(sayGoodbye).toHaveBeenCalledOnce();
  });

  test("whose answer was lost and that was given up is looked at again", async () => {
    const { api, deletion, sayGoodbye, store } = await opened("storage_unavailable");
    await deletion.send();
    api.session.mockResolvedValueOnce(ok(nobody()));
    await deletion.close();
    expect(sayGoodbye).toHaveBeenCalledOnce();
    expect([...store.kept]).toEqual([]);
  });

  test("that was not done lets go on as before", async () => {
    const { studio, deletion, sayGoodbye, store, sockets } = await opened("offline");
    await deletion.send();
    await deletion.close();
    expect(studio.session.user.value?.email).toBe("ada@example.com");
    expect(deletion.asking.value).toBeNull();
    expect(sockets.opened).toHaveLength(2);
    expect(sayGoodbye).not.toHaveBeenCalled();
    expect(store.get("draft")).toBe("a fox");
  });

  test("of somebody who was signed out meanwhile is no goodbye", async () => {
    const { api, deletion, sayGoodbye, restartHere, store } = await opened(
      "unauthenticated",
      "unauthenticated",
    );
    await deletion.send();
    await deletion.send();
    expect(sayGoodbye).not.toHaveBeenCalled();
    api.session.mockResolvedValueOnce(ok(nobody()));
    await deletion.close();
    expect(restartHere).toHaveBeenCalledOnce();
    expect(store.get("draft")).toBe("a fox");
  });

  test("closed before it is sent has done nothing", async () => {
    const { api, deletion, studio, sockets } = await opened();
    await deletion.close();
    expect(api.deleteAccount).not.toHaveBeenCalled();
    expect(studio.session.user.value).not.toBeNull();
    expect(sockets.opened).toHaveLength(1);
  });
});
