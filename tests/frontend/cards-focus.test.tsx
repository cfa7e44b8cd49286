/** Where the focus goes when a card that has it becomes another one, or goes away. */
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { App } from "../../frontend/app.tsx";
import { createRouter } from "../../frontend/browser/router.ts";
import { making } from "../../frontend/text/create.ts";
import type { Generation } from "../../worker/contract.ts";
import { begin, generation, later, no, ok, setUp } from "./support.ts";

// The first import of a lazy part compiles it; that is no part of what is tested here.
configure({ asyncUtilTimeout: 5_000 });
beforeAll(async () => {
  await import("../../frontend/create/feed.tsx");
  await import("../../frontend/create/queue-panel.tsx");
}, 60_000);
afterEach(cleanup);
beforeEach(() => {
  history.replaceState(null, "", "/");
});

/** The studio with these pictures, the first one on top. */
async function open(...items: Generation[]) {
  const world = setUp();
  world.api.list.mockResolvedValueOnce(ok({ items, nextCursor: null }));
  world.api.cancel.mockImplementation(async (id) =>
    ok({ generation: { ...working(id), status: "canceled" } }),
  );
  render(<App studio={world.studio} router={createRouter(window)} />);
  await begin(world.studio, "");
  await waitFor(() => expect(document.querySelectorAll(".cards > li")).toHaveLength(items.length));
  return world;
}

const working = (id: string) => generation(id, { status: "processing", prompt: `picture ${id}` });
const failed = (id: string) =>
  generation(id, {
    status: "failed",
    prompt: `picture ${id}`,
    error: { code: "upstream_failed", message: "" },
  });
const card = (id: string) => {
  const found = screen.getAllByRole("listitem").find((one) => one.textContent?.includes(`picture ${id}`));
  if (!found) throw new Error(`No card for picture ${id}`);
  return within(found);
};
const prompt = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Prompt" });
const press = (button: HTMLElement) => {
  button.focus();
  fireEvent.click(button);
};
const has = (control: () => HTMLElement) =>
  waitFor(() => expect(document.activeElement === control(), document.activeElement?.outerHTML).toBe(true));

test("Cancel leads to what the card offers now", async () => {
  await open(working("a"), failed("b"));
  press(card("a").getByRole("button", { name: making.cancel }));
  await has(() => card("a").getByRole("button", { name: making.dismiss }));
});

test("so does Try again", async () => {
  const world = await open(failed("a"), failed("b"));
  world.api.generate.mockResolvedValueOnce(ok({ generation: working("a2") }));
  press(card("a").getByRole("button", { name: making.tryAgain }));
  await has(() => card("a").getByRole("button", { name: making.cancel }));
});

test("Remove leads to the next card, and from the last one to the prompt", async () => {
  await open(failed("a"), failed("b"));
  press(card("a").getByRole("button", { name: making.dismiss }));
  await has(() => card("b").getByRole("button", { name: making.dismiss }));
  press(card("b").getByRole("button", { name: making.dismiss }));
  await has(prompt);
});

test("a picture that lands under the focus has it", async () => {
  const { studio } = await open(working("a"));
  card("a").getByRole("button", { name: making.cancel }).focus();
  studio.changed(generation("a", { status: "succeeded", prompt: "picture a" }));
  await has(() => screen.getByRole("link", { name: making.open("picture a") }));
});

test("whoever has gone on meanwhile is left alone", async () => {
  const world = await open(working("a"), failed("b"));
  const answer = later<ReturnType<typeof no>>();
  world.api.cancel.mockReturnValueOnce(answer.promise);
  card("a").getByRole("button", { name: making.cancel }).focus();
  fireEvent.click(card("b").getByRole("button", { name: making.dismiss }));
  prompt().focus();
  await waitFor(() => expect(screen.queryByText("picture b")).toBeNull());
  fireEvent.click(card("a").getByRole("button", { name: making.cancel }));
  await waitFor(() => card("a").getByRole("button", { name: making.dismiss }));
  answer.resolve(no("offline"));
  await waitFor(() => card("a").getByRole("button", { name: making.cancel }));
  expect(document.activeElement).toBe(prompt());
});

test("a key that is held down presses one thing", async () => {
  await open(working("a"));
  const cancel = card("a").getByRole("button", { name: making.cancel });
  cancel.focus();
  fireEvent.keyDown(cancel, { key: "Enter" });
  fireEvent.click(cancel);
  await has(() => card("a").getByRole("button", { name: making.dismiss }));
  const heard = (repeat: boolean) => fireEvent.keyDown(document.body, { key: "Enter", repeat });
  expect(heard(true), "held").toBe(false);
  fireEvent.keyUp(document.body, { key: "Enter" });
  expect(heard(true), "let go").toBe(true);
});
