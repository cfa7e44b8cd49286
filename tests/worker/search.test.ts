/** The list's filters: what is found, by whom, page by page, and what is refused. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { countCodePoints } from "../../worker/shared/prompt.ts";
import { foldText } from "../../worker/shared/fold-text.ts";
import type { Generation } from "../../worker/api/schemas/generation.ts";
import {
  call,
  expectProblem,
  generate,
  list,
  newPrompt,
  newUser,
  reaches,
  type Visitor,
} from "./support/app.ts";

type Row = {
  id: string;
  prompt: string;
  promptFolded: string | null;
  model: string;
  status: string;
  favorite: boolean;
  createdAt: number;
};

const DAY = Date.UTC(2026, 9, 5);
let rowCount = 0;

/** An image in the record. */
async function insert(user: Visitor, more: Partial<Row> = {}): Promise<Row> {
  rowCount += 1;
  const prompt = more.prompt ?? `picture ${rowCount}`;
  const row: Row = {
    id: crypto.randomUUID(),
    prompt,
    promptFolded: foldText(prompt),
    model: "truefusion-pro",
    status: "succeeded",
    favorite: false,
    createdAt: DAY + rowCount,
    ...more,
  };
  await env.DB.prepare(
    "insert into generations (id, user_id, prompt, prompt_folded, model, status, favorite, created_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
  )
    .bind(
      row.id,
      user.id,
      row.prompt,
      row.promptFolded,
      row.model,
      row.status,
      Number(row.favorite),
      row.createdAt,
    )
    .run();
  return row;
}

/** `count` dogs in one statement, older than any row of `insert`; `i` counts from 1. */
async function insertMany(user: Visitor, count: number, prompt = "'a dog'", folded = "'a dog'") {
  await env.DB.prepare(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
     insert into generations (id, user_id, prompt, prompt_folded, status, created_at)
     select ? || '-' || i, ?, ${prompt}, ${folded}, 'succeeded', ? + i / 3 from n`,
  )
    .bind(count, user.id, user.id, DAY - 10_000_000)
    .run();
}

const query = (filters: Record<string, string>) => `?${new URLSearchParams(filters).toString()}`;

const idsOf = (items: Generation[]) => items.map(({ id }) => id);

async function find(user: Visitor, filters: Record<string, string>): Promise<string[]> {
  return idsOf(await walk(user, filters));
}

/** Every page, to the end. `between` runs after each. */
async function walk(
  user: Visitor,
  filters: Record<string, string>,
  between = async () => {},
): Promise<Generation[]> {
  const all: Generation[] = [];
  let cursor: string | null = null;
  do {
    const page = await list(user, query({ ...filters, ...(cursor !== null && { cursor }) }));
    all.push(...page.items);
    cursor = page.nextCursor;
    await between();
  } while (cursor !== null);
  return all;
}

describe("a prompt is found", () => {
  it.each([
    ["whatever its case", "A Red FOX", "red fox"],
    ["anywhere in it", "the lighthouse at dawn", "thouse at d"],
    ["with accents, composed or not", "un caf\u00e9 noir", "CAFE\u0301"],
    ["with accents, not composed or composed", "un cafe\u0301 noir", "CAF\u00c9"],
    ["full-width or not", "ｎｅｏｎ　ＣＩＴＹ", "neon city"],
    ["by its emoji", "party 👩‍👩‍👧‍👦 time", "👩‍👩‍👧‍👦"],
    ["right to left", "חתול שחור על גג", "שחור על"],
    ["in Arabic", "قطة سوداء", "سوداء"],
    ["in Chinese, a single character", "一只黑猫", "猫"],
    ["with a capital sigma in the middle of a word", "ΟΔΟΣΗ", "ΟΔΟΣ"],
    ["with a dotted capital I", "İSTANBUL", "i̇stanbul"],
    ["over a line's end", "a red\n\n fox", "red fox"],
    ["with LIKE's wildcards as they are", "100% wool_hat", "0% wool_h"],
    ["with GLOB's wildcards as they are", "a [b]* c?", "[b]* c?"],
    ["with quotes and back-slashes", `it's "a\\b"`, `'s "a\\b`],
    ["with spaces around what is looked for", "a red fox", "  red  "],
  ])("%s", async (_, prompt, q) => {
    const user = await newUser();
    const { id } = await insert(user, { prompt });
    await insert(user, { prompt: "something else" });
    expect(await find(user, { q })).toEqual([id]);
    // As a version before this one wrote it.
    const unfolded = await insert(user, { prompt, promptFolded: null });
    await insert(user, { prompt: "something else", promptFolded: null });
    expect(await find(user, { q })).toEqual([unfolded.id, id]);
  });

  it("and wildcards are literal", async () => {
    const user = await newUser();
    await insert(user, { prompt: "a plain fox" });
    for (const q of ["%", "_", "a%fox", "*", "?", "[a]", "a_plain", "\\"]) {
      expect(await find(user, { q }), q).toEqual([]);
    }
  });

  it("by 100 code points of four bytes, and no more", async () => {
    const user = await newUser();
    const q = "🦊".repeat(100);
    const { id } = await insert(user, { prompt: `x${q}y` });
    expect(await find(user, { q })).toEqual([id]);
    expect(countCodePoints(`${q}a`)).toBe(101);
    await expectProblem(await user.call(`/api/generations${query({ q: `${q}a` })}`), "invalid_request");
  });

  it("after it was generated", async () => {
    const user = await newUser();
    const { id } = await generate(user, `ＳＮＯＷ Été ${newPrompt("terminal")}`);
    await reaches(user, id, "succeeded");
    expect(await find(user, { q: "snow été" })).toEqual([id]);
  });

  it("by its owner only", async () => {
    const [user, other] = [await newUser(), await newUser()];
    const prompt = `secret ${crypto.randomUUID()}`;
    await insert(user, { prompt, favorite: true });
    const all = { q: prompt, model: "truefusion-pro", favorite: "true", status: "succeeded" };
    expect(await find(other, { q: prompt })).toEqual([]);
    expect(await find(other, all)).toEqual([]);
    expect(await find(user, all)).toHaveLength(1);
  });
});

it("folding is idempotent for every character", () => {
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const once = foldText(`a${String.fromCodePoint(code)}b`);
    if (foldText(once) !== once) expect.fail(`U+${code.toString(16)}`);
  }
});

describe("filters", () => {
  async function seeded() {
    const user = await newUser();
    const rows: Row[] = [];
    for (const model of ["truefusion-pro", "truefusion-edge"])
      for (const status of ["succeeded", "failed"])
        for (const favorite of [true, false])
          for (const prompt of ["a red fox", "a blue dog"])
            rows.unshift(await insert(user, { model, status, favorite, prompt }));
    return { user, rows };
  }

  it("select matching images, alone and in every combination", async () => {
    const { user, rows } = await seeded();
    const tests: [name: string, value: string, test: (row: Row) => boolean][] = [
      ["model", "truefusion-edge", ({ model }) => model === "truefusion-edge"],
      ["status", "failed", ({ status }) => status === "failed"],
      ["favorite", "true", ({ favorite }) => favorite],
      ["favorite", "false", ({ favorite }) => !favorite],
      ["q", "FOX", ({ prompt }) => prompt.includes("fox")],
      ["from", new Date(rows[11]?.createdAt ?? 0).toISOString(), (row) => rows.indexOf(row) <= 11],
      ["to", new Date(rows[3]?.createdAt ?? 0).toISOString(), (row) => rows.indexOf(row) > 3],
    ];
    for (let set = 0; set < 1 << tests.length; set += 1) {
      const chosen = tests.filter((_, at) => set & (1 << at));
      if (chosen.filter(([name]) => name === "favorite").length > 1) continue;
      const filters = Object.fromEntries(chosen.map(([name, value]) => [name, value]));
      const expected = rows.filter((row) => chosen.every(([, , test]) => test(row))).map(({ id }) => id);
      expect(await find(user, { ...filters, limit: "3" }), JSON.stringify(filters)).toEqual(expected);
    }
  });

  it("take days as UTC days, the last one whole", async () => {
    const user = await newUser();
    const at = async (time: string) => (await insert(user, { createdAt: Date.parse(time) })).id;
    const before = await at("2026-09-09T23:59:59.999Z");
    const first = await at("2026-09-10T00:00:00Z");
    const last = await at("2026-09-11T23:59:59.999Z");
    const after = await at("2026-09-12T00:00:00Z");
    expect(await find(user, { from: "2026-09-10", to: "2026-09-11" })).toEqual([last, first]);
    expect(await find(user, { to: "2026-09-10" })).toEqual([first, before]);
    expect(await find(user, { from: "2026-09-12" })).toEqual([after]);
    // An instant is exclusive at the end, and may come with its offset.
    expect(await find(user, { from: "2026-09-10T02:00:00+02:00", to: "2026-09-12T00:00:00Z" })).toEqual([
      last,
      first,
    ]);
    expect(await find(user, { from: "2026-09-12", to: "2026-09-10" })).toEqual([]);
  });

  it("take a cursor of another filter as a place in the list", async () => {
    const { user, rows } = await seeded();
    const { nextCursor } = await list(user, "?limit=4&favorite=true");
    const rest = await list(user, `?status=failed&cursor=${nextCursor}`);
    const place = rows.filter(({ favorite }) => favorite)[3] as Row;
    const older = rows.filter((row) => row.status === "failed" && row.createdAt < place.createdAt);
    expect(idsOf(rest.items)).toEqual(older.map(({ id }) => id));
  });
});

describe("pages of a search", () => {
  it("may be short or empty, and return every match once, while new ones arrive", async () => {
    const user = await newUser();
    await insertMany(user, 9_000, "'x'", "iif(i % 900 < 2, 'a cat', 'a dog')");
    const { n } = (await env.DB.prepare(
      "select count(*) as n from generations where user_id = ? and prompt_folded = 'a cat'",
    )
      .bind(user.id)
      .first<{ n: number }>()) as { n: number };
    const found = await find(user, { q: "cat", limit: "3" });
    expect(found).toHaveLength(n);
    expect(new Set(found).size).toBe(n);
    const walked = await walk(user, { q: "cat", limit: "3" }, async () => {
      await insert(user, { prompt: "a cat" });
    });
    expect(idsOf(walked)).toEqual(found);
  });

  it("continue after a scan without a match", async () => {
    const user = await newUser();
    await insertMany(user, 6_000, "'x'", "iif(i = 1, 'a cat', 'a dog')");
    const first = await list(user, "?q=cat");
    expect(first.items).toEqual([]);
    expect(first.nextCursor).toEqual(expect.any(String));
    expect(await find(user, { q: "cat" })).toEqual([`${user.id}-1`]);
  });

  it("end without a last empty one", async () => {
    const user = await newUser();
    await insertMany(user, 2_490);
    expect((await list(user, "?q=cat")).nextCursor).toBeNull();
  });

  it("include all rows of an older version", async () => {
    const user = await newUser();
    await insertMany(user, 300, "iif(i % 50 = 0, 'Ein BÄR', 'a dog')", "null");
    expect(await find(user, { q: "bär" })).toHaveLength(6);
  });
});

describe("rejects", () => {
  it.each([
    ["an unknown field", "order=asc", "order"],
    ["an empty search", "q=", "q"],
    ["a search of white space", "q=%20%0a", "q"],
    ["a NUL", "q=a%00b", "q"],
    ["a search given twice", "q=a&q=b", "q"],
    ["a status that there is not", "status=done", "status"],
    ["a favourite neither true nor false", "favorite=1", "favorite"],
    ["a day that there is not", "from=2026-02-30", "from"],
    ["a time without its zone", "to=2026-02-03T04:05:06", "to"],
    ["a number as time", "from=1700000000000", "from"],
    ["an empty time", "to=", "to"],
    ["a limit of 0", "limit=0", "limit"],
    ["a cursor that is none", "q=a&cursor=%21", "cursor"],
  ])("%s", async (_, search, field) => {
    const user = await newUser();
    const problem = await expectProblem(await user.call(`/api/generations?${search}`), "invalid_request");
    expect(problem.detail).toContain(field);
  });

  it("an unknown model, before other errors", async () => {
    const user = await newUser();
    await expectProblem(await user.call("/api/generations?model=dall-e&favorite=1"), "invalid_model");
  });

  it("in order: another site, no session, invalid query", async () => {
    const path = "/api/generations?q=";
    await expectProblem(
      await call(path, { headers: { origin: "https://elsewhere.example" } }),
      "forbidden_origin",
    );
    await expectProblem(await call(path), "unauthenticated");
    await expectProblem(await (await newUser()).call(path), "invalid_request");
  });
});
