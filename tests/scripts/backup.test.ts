/** The backup and the restore of D1 that docs/operations.md describes, as far as they work on this machine. */
import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { environment, TOOLS } from "../../scripts/run.ts";
import { copyCheckout, removeCheckout } from "./support/checkout.ts";

/** Starts wrangler six times. */
const isLong = process.env["TEST_ALL"] !== undefined;

function newCheckout(): string {
  const folder = copyCheckout();
  onTestFinished(() => removeCheckout(folder));
  return folder;
}

/** Runs `wrangler d1` on the local database of a checkout. */
function d1(checkout: string, ...args: string[]): void {
  const command = [TOOLS.wrangler, "d1", ...args, "--local"];
  execFileSync(process.execPath, command, {
    cwd: checkout,
    env: { ...environment, CI: "true" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The rows of the tables, and the indexes, in the file of the checkout's local database. */
function contentOf(checkout: string): {
  tables: Record<string, unknown>[][];
  indexes: Record<string, unknown>[];
} {
  const [file = ""] = globSync(".wrangler/state/v3/d1/miniflare-D1DatabaseObject/*.sqlite", {
    cwd: checkout,
  }).filter((name) => !name.includes("metadata"));
  const database = new DatabaseSync(join(checkout, file), { readOnly: true });
  const all = (sql: string) => database.prepare(sql).all();
  const content = {
    tables: TABLES.map((table) => all(`select * from "${table}" order by 1, 2`)),
    indexes: all(
      "select name, sql from sqlite_master where type = 'index' and sql is not null order by name",
    ),
  };
  database.close();
  return content;
}

const TABLES = [
  "users",
  "identities",
  "generations",
  "collections",
  "collection_items",
  "days",
  "d1_migrations",
];

const ROWS = `
  insert into users (id, email, created_at) values ('ann', 'ann@example.com', 1);
  insert into identities (issuer, subject, user_id, created_at) values ('https://id.example', 'a', 'ann', 1);
  insert into generations (id, user_id, prompt, outputs, created_at)
    values ('g', 'ann', 'it''s a "dog"' || char(10) || 'in Zürich; 雨 🦊', '[{"n":0}]', 1764374400000);
  insert into collections (id, user_id, name, item_count, created_at) values ('c', 'ann', 'Dogs', 1, 1);
  insert into collection_items (collection_id, user_id, created_at, generation_id) values ('c', 'ann', 1764374400000, 'g');
  insert into days (day, created) values ('2026-11-28', 1);`;

test.runIf(isLong)("an exported database can be imported into a new one", { timeout: 300_000 }, () => {
  const [before, after] = [newCheckout(), newCheckout()];
  const [schema, data] = [join(before, "schema.sql"), join(before, "data.sql")];
  d1(before, "migrations", "apply", "DB");
  d1(before, "execute", "DB", "--command", ROWS);
  d1(before, "export", "DB", "--no-data", "--output", schema);
  d1(before, "export", "DB", "--no-schema", "--output", data);
  // In one file, wrangler writes the rows of a table before the tables that they refer to.
  d1(after, "execute", "DB", "--file", schema);
  d1(after, "execute", "DB", "--file", data);

  const content = contentOf(before);
  expect(content.tables.slice(0, -1).map((rows) => rows.length)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(JSON.stringify(content)).toContain("in Zürich; 雨 🦊");
  expect(contentOf(after)).toEqual(content);
});
