// The shared images on the account page, with the real components.
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { accountText } from "../../frontend/text/account.ts";
import { errorSentences } from "../../frontend/text/errors.ts";
import { openApp } from "./render-app.tsx";
import { failure, image, ok, setUp } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(cleanup);

async function open(...ids: string[]) {
  history.replaceState(null, "", "/account");
  const world = setUp();
  const items = ids.map((id) => image(id, { prompt: id, shareUrl: `https://studio.example/s/${id}` }));
  world.api.list.mockImplementation(async (_cursor, _limit, filters) =>
    ok({ items: filters?.shared ? items : [], nextCursor: null }),
  );
  await openApp(world);
  return {
    api: world.api,
    section: within(await screen.findByRole("heading", { name: accountText.shared }).then(parentOf)),
  };
}
const parentOf = (heading: HTMLElement) => heading.closest("section") ?? heading;
const turnOff = (id: string) => screen.findByRole("button", { name: accountText.turnOffOne(id) });

test("says that nothing is shared", async () => {
  const { section } = await open();
  await section.findByText(accountText.sharedNone);
  expect(section.queryByRole("button")).toBeNull();
});

test("one link is turned off, and the focus moves to the next one", async () => {
  const { api, section } = await open("a", "b");
  const button = await turnOff("a");
  button.focus();
  fireEvent.click(button);
  await section.findByText(accountText.sharedCount(1, false));
  expect(api.unshare).toHaveBeenCalledExactlyOnceWith("a");
  expect(document.activeElement).toBe(await turnOff("b"));
});

test("all links are turned off after a question; an error keeps the dialog open", async () => {
  const { api, section } = await open("a", "b");
  const all = await section.findByRole("button", { name: accountText.turnOffAll });
  fireEvent.click(all);
  const dialog = within(await screen.findByRole("dialog", { name: accountText.turnOffTitle }));
  fireEvent.click(dialog.getByRole("button", { name: accountText.keepLinks }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(api.bulk).not.toHaveBeenCalled();

  fireEvent.click(all);
  const again = within(await screen.findByRole("dialog", { name: accountText.turnOffTitle }));
  api.bulk.mockResolvedValueOnce(failure("network_error"));
  const confirm = again.getByRole("button", { name: accountText.turnOffAll });
  fireEvent.click(confirm);
  await again.findByText(errorSentences.network_error);
  fireEvent.click(confirm);
  await section.findByText(accountText.sharedNone);
  expect(api.bulk).toHaveBeenLastCalledWith(["a", "b"], "unshare");
  expect(screen.queryByRole("dialog")).toBeNull();
});
