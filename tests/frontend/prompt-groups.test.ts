import { expect, test } from "vitest";
import { groupByPrompt } from "../../frontend/studio/images/prompt-groups.ts";
import { generation, image } from "./support.ts";

const of = (prompt: string, ...ids: string[]) => ids.map((id) => image(id, { prompt }));
const NONE = new Set<string>();
const idsOf = (items: readonly { id: string }[]) => items.map(({ id }) => id).join("");

test("images with the same prompt that follow each other are one tile", () => {
  const shown = [...of("fox", "a", "b"), ...of("owl", "c"), ...of("fox", "d")];
  const { tiles, groups } = groupByPrompt(shown, NONE);
  expect(idsOf(tiles)).toBe("acd");
  expect([...groups].map(([id, { members, isExpanded }]) => [id, idsOf(members), isExpanded])).toEqual([
    ["a", "ab", false],
  ]);
});

test("an expanded group shows all its images, also those that come later", () => {
  const { tiles, groups } = groupByPrompt(of("fox", "new", "a", "b", "older"), new Set(["a", "b"]));
  expect(idsOf(tiles)).toBe("newabolder");
  expect(groups.get("new")).toMatchObject({ isExpanded: true });
});

test("what has no image is never grouped", () => {
  const failed = { prompt: "fox", status: "failed" } as const;
  const shown = [generation("a", failed), generation("b", failed), ...of("fox", "c")];
  const { tiles, groups } = groupByPrompt(shown, NONE);
  expect([idsOf(tiles), groups.size]).toEqual(["abc", 0]);
});

test("an empty list has no tiles", () => {
  expect(groupByPrompt([], NONE).tiles).toEqual([]);
});
