import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import { createSelection } from "../../frontend/studio/selection.ts";
import { generation } from "./support.ts";

function open() {
  const items = signal(["a", "b", "c", "d", "e"].map((id) => generation(id)));
  const selection = createSelection(items);
  return { items, selection, ids: () => selection.selected.value.map(({ id }) => id) };
}

test("one by one, and away again; the last one away ends it", () => {
  const { selection, ids } = open();
  selection.toggle("d");
  selection.toggle("b");
  expect(ids(), "in the list's order").toEqual(["b", "d"]);
  selection.toggle("b");
  selection.toggle("d");
  expect(selection.active.value).toBe(false);
});

test("a range goes from the last one chosen, either way, and adds", () => {
  const { selection, ids } = open();
  selection.toggle("d");
  selection.extend("b");
  expect(ids()).toEqual(["b", "c", "d"]);
  selection.toggle("a");
  selection.extend("b");
  expect(ids()).toEqual(["a", "b", "c", "d"]);
});

test("a range from nowhere is one picture", () => {
  const { selection, ids } = open();
  selection.extend("c");
  expect(ids()).toEqual(["c"]);
});

test("what leaves the list is chosen no longer, and a range does not begin there", () => {
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

test("can begin with nothing chosen, and ends with nothing chosen", () => {
  const { selection, ids } = open();
  selection.begin();
  expect([selection.active.value, ids()]).toEqual([true, []]);
  selection.all();
  selection.end();
  expect([selection.active.value, ids()]).toEqual([false, []]);
});
