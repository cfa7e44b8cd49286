// Adding images to collections, with the real components.
import { cleanup, configure, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { collectionsText } from "../../frontend/text/collections.ts";
import { openApp } from "./render-app.tsx";
import { collection, failure, ok, setUp } from "./support.ts";

// The first import of a chunk compiles it.
configure({ asyncUtilTimeout: 5_000 });
afterEach(cleanup);

async function open(collections = [collection("c1", "Foxes"), collection("c2", "Owls")]) {
  history.replaceState(null, "", "/gallery");
  const world = setUp();
  world.api.answer("GET /api/collections", ok({ collections }));
  const app = await openApp(world);
  app.dialogs.collect.value = ["a", "b"];
  const dialog = within(await screen.findByRole("dialog", { name: collectionsText.addTo(2) }));
  return { ...app, api: world.api, dialog };
}
const isClosed = () => waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

test("a click on a collection closes the dialog and adds the images", async () => {
  const { api, dialog } = await open();
  fireEvent.click(await dialog.findByRole("button", { name: /Owls/ }));
  await isClosed();
  expect(api.requests("POST /api/generations/bulk")).toEqual([
    { ids: ["a", "b"], action: "collect", collection: "c2" },
  ]);
  await screen.findByText(collectionsText.added(2, "Owls"));
});

test("a name that cannot be used stays in the form, with the reason", async () => {
  const { api, dialog } = await open([]);
  await dialog.findByText(collectionsText.none);
  fireEvent.click(dialog.getByRole("button", { name: collectionsText.new }));
  const name = dialog.getByRole<HTMLInputElement>("textbox", { name: collectionsText.namePlaceholder });
  const submit = async (text: string) => {
    fireEvent.input(name, { target: { value: text } });
    fireEvent.click(dialog.getByRole("button", { name: collectionsText.create }));
    const alert = await dialog.findByRole("alert");
    await waitFor(() => expect(alert.textContent).not.toBe(""));
    return [alert.textContent, name.value];
  };
  const override = "Fox \u202e xof";
  expect(await submit(" ")).toEqual([collectionsText.nameProblem("empty"), " "]);
  expect(await submit(override)).toEqual([collectionsText.nameProblem("malformed"), override]);
  expect(api.requests("POST /api/collections"), "the Worker is not asked").toEqual([]);
  for (const code of ["maximum_reached", "network_error"] as const) {
    api.answer("POST /api/collections", failure(code));
    expect(await submit("Foxes")).toEqual([collectionsText.error(code), "Foxes"]);
  }
  api.answer("POST /api/collections", ok({ collection: collection("c1", "Foxes") }));
  fireEvent.click(dialog.getByRole("button", { name: collectionsText.create }));
  await isClosed();
  await screen.findByText(collectionsText.added(2, "Foxes"));
});

test("a long list is searched by a part of the name, in any case and form", async () => {
  const many = Array.from({ length: 500 }, (_, index) => collection(`c${index}`, `Series ${index}`));
  const { dialog } = await open([collection("full", "Ｆｕｌｌ Width"), ...many]);
  const search = await dialog.findByRole("searchbox", { name: collectionsText.search });
  fireEvent.input(search, { target: { value: "full w" } });
  await waitFor(() => expect(dialog.getAllByRole("listitem")).toHaveLength(1));
  fireEvent.input(search, { target: { value: "nothing" } });
  await dialog.findByText(collectionsText.noneFound);
});

test("a list that could not be loaded is loaded again by its button", async () => {
  const world = setUp();
  world.api.answer("GET /api/collections", failure("storage_unavailable"));
  history.replaceState(null, "", "/gallery");
  const { dialogs } = await openApp(world);
  dialogs.collect.value = ["a"];
  const again = await screen.findByRole("button", { name: collectionsText.tryAgain });
  world.api.answer("GET /api/collections", ok({ collections: [collection("c1", "Foxes")] }));
  fireEvent.click(again);
  await screen.findByRole("button", { name: /Foxes/ });
});
