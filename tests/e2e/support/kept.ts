/** What an app keeps, read from its files: every row of D1, of R2's list and of the objects. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AppAddress } from "./app.ts";

const STORES = ["d1", "r2", "do"];
/** What the platform notes for itself: alarms, and under which name an object was last asked for. */
const NOT_THE_APPS = /^_cf_|^__miniflare/;

/**
 * Every row there is, as text to be searched. What is deleted but not overwritten on disk yet is no row.
 * Throws where workerd opens or closes one of the files just then: to be polled.
 */
export function everythingKept({ stateDirectory }: AppAddress): string {
  const databases = STORES.flatMap((store) => {
    const folder = join(stateDirectory, "v3", store);
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    return names.filter((name) => name.endsWith(".sqlite")).map((name) => join(folder, name));
  });
  return databases.map(rowsIn).join("\n");
}

function rowsIn(file: string): string {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = db.prepare("select name from sqlite_master where type = 'table'").all();
    return tables
      .map(({ name }) => String(name))
      .filter((name) => !NOT_THE_APPS.test(name))
      .map((name) => {
        const rows = db.prepare(`select * from "${name}"`);
        rows.setReadBigInts(true);
        return JSON.stringify([name, rows.all()], asText);
      })
      .join("\n");
  } finally {
    db.close();
  }
}

function asText(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : value;
}
