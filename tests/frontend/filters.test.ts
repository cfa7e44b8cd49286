import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  dayBefore,
  isFiltered,
  matches,
  NO_FILTERS,
  queryOf,
  readFilters,
  writeFilters,
} from "../../frontend/studio/images/filters.ts";
import { generation, NOW } from "./support.ts";

const NAMES = ["q", "model", "status", "favorite", "shared", "collection", "from", "to", "sort", "other"];
const SEARCH =
  "?q=red+fox&model=truefusion-edge&status=failed&favorite=true&shared=true&collection=c1&from=2026-11-01&to=2026-11-20&sort=oldest";

test("reads every filter from an address, and writes the same address", () => {
  expect(readFilters(SEARCH)).toEqual({
    q: "red fox",
    model: "truefusion-edge",
    status: "failed",
    favorite: true,
    shared: true,
    collection: "c1",
    sort: "oldest",
    from: "2026-11-01",
    to: "2026-11-20",
  });
  expect(writeFilters(readFilters(SEARCH))).toBe(SEARCH);
  expect(writeFilters(NO_FILTERS)).toBe("");
});

test.each([
  "?model=gpt&status=lost&favorite=1",
  "?from=yesterday&to=2026-13-45",
  "?from=2026-02-31",
  "?q=%20%20",
  "?utm=x",
  "?shared=1&collection=&sort=best",
  "?sort=oldest",
])("ignores unknown values: %s", (search) => {
  expect(isFiltered(readFilters(search))).toBe(false);
});

test("reads any address, and what it writes reads the same", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...NAMES), fc.string({ unit: "binary", maxLength: 150 })),
      (query) => {
        const filters = readFilters(`?${new URLSearchParams(query)}`);
        expect(readFilters(writeFilters(filters))).toEqual(filters);
        expect(Array.from(filters.q).length).toBeLessThanOrEqual(100);
      },
    ),
    { numRuns: 40 },
  );
});

test("days are those of the user: from their first midnight to the one after the last day", () => {
  const { from, to } = queryOf({ ...NO_FILTERS, from: "2026-11-01", to: "2026-11-01" });
  expect(from).toBe(new Date(2026, 10, 1).toISOString());
  expect(to).toBe(new Date(2026, 10, 2).toISOString());
  expect(dayBefore(new Date(2026, 2, 1, 12).getTime(), 1)).toBe("2026-02-28");
});

describe("whether a new image matches", () => {
  const fox = generation("a", {
    status: "succeeded",
    prompt: "A red Fox, ＦＯＧ",
    favorite: true,
    shareUrl: "https://studio.example/s/a",
    options: { seed: 7 },
  });
  test.each([
    ["", true],
    ["?q=fox", true],
    ["?q=fog", true],
    ["?q=wolf", false],
    ["?q=seed:7", true],
    ["?q=Seed: 7", true],
    ["?q=seed:8", false],
    ["?q=seed:fox", false],
    ["?shared=true", true],
    ["?favorite=true", true],
    ["?model=truefusion-pro", true],
    ["?model=truefusion-edge", false],
    ["?status=failed", false],
    ["?status=all", true],
    [`?from=${dayBefore(NOW, 0)}&to=${dayBefore(NOW, 0)}`, true],
    [`?from=${dayBefore(NOW, -1)}`, false],
    [`?to=${dayBefore(NOW, 1)}`, false],
  ])("%s: %s", (search, belongs) => {
    expect(matches(fox, readFilters(search))).toBe(belongs);
  });
});
