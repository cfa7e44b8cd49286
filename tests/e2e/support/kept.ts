/** Reads all rows that an app has stored: D1, R2's list of files and the Durable Objects. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AppAddress } from "./app.ts";

const STORES = ["d1", "r2", "do"];
/** Tables of the platform: alarms and names of objects. */
const NOT_THE_APPS = /^_cf_|^__miniflare/;

/**
 * All rows as text to search. Deleted rows are not in it, even if their bytes are still on disk. Throws if workerd opens
 * or closes one of the files meanwhile, so poll it.
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
