/** Gives each app a new database: a copy of one that wrangler has migrated. */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../scripts/run.ts";
import { runToEnd, wrangler } from "./processes.ts";

/** Files on which the migrated database depends. */
const SOURCES = ["migrations/**/*.sql", "wrangler.toml", "package-lock.json"];

/** Does nothing if the state has a database already. */
export async function migrate(stateDirectory: string): Promise<void> {
  if (existsSync(join(stateDirectory, "v3/d1"))) return;
  await cp(await migrated(), stateDirectory, { recursive: true });
}

async function migrated(): Promise<string> {
  const digest = createHash("sha256");
  for (const file of globSync(SOURCES, { cwd: root }).toSorted())
    digest.update(readFileSync(join(root, file)));
  const cache = join(root, ".cache");
  const folder = join(cache, `migrated-${digest.digest("hex").slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const own = await mkdtemp(join(cache, "migrating-"));
  await runToEnd([wrangler, "d1", "migrations", "apply", "DB", "--local", "--persist-to", own]);
  // Atomic. If another process was first, use its copy.
  await rename(own, folder).catch(() => rm(own, { recursive: true, force: true }));
  return folder;
}
