import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import { createSelection } from "../../frontend/studio/images/selection.ts";
import { generation } from "./support.ts";

function open() {
  const items = signal(["a", "b", "c", "d", "e"].map((id) => generation(id)));
  const selection = createSelection(items);
  return { items, selection, ids: () => selection.selected.value.map(({ id }) => id) };
}

test("a toggle selects an image or deselects it; without any the selection ends", () => {
  const { selection, ids } = open();
  selection.toggle("d");
  selection.toggle("b");
  expect(ids(), "in the list's order").toEqual(["b", "d"]);
  selection.toggle("b");
  selection.toggle("d");
  expect(selection.isActive.value).toBe(false);
});

test("a range goes from the last selected image, in either direction, and adds", () => {
  const { selection, ids } = open();
  selection.toggle("d");
  selection.extend("b");
  expect(ids()).toEqual(["b", "c", "d"]);
  selection.toggle("a");
  selection.extend("b");
  expect(ids()).toEqual(["a", "b", "c", "d"]);
});

test("a range without a start selects one image", () => {
  const { selection, ids } = open();
  selection.extend("c");
  expect(ids()).toEqual(["c"]);
});

test("an image that leaves the list is deselected, and no range begins there", () => {
  const { items, selection, ids } = open();
  selection.all();
  items.value = items.value.filter(({ id }) => id !== "b");
  expect(ids()).toEqual(["a", "c", "d", "e"]);
  selection.end();
  selection.toggle("c");
  items.value = items.value.filter(({ id }) => id !== "c");
  selection.extend("e");
  expect(ids()).toEqual(["e"]);
});

test("begins and ends with nothing selected", () => {
  const { selection, ids } = open();
  selection.begin();
  expect([selection.isActive.value, ids()]).toEqual([true, []]);
  selection.all();
  selection.end();
  expect([selection.isActive.value, ids()]).toEqual([false, []]);
});
