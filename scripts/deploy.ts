/**
 * `npm run deploy`: the studio on your Cloudflare account. Makes the database and the bucket where they are
 * missing, migrates, deploys; repeatable. Further arguments go to `wrangler deploy`; with `--dry-run` nothing
 * is asked of Cloudflare, so it works offline.
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { join } from "node:path";
import { unstable_readConfig as readConfig } from "wrangler";
import { environment, root, runTool, TOOLS } from "./run.ts";

/** Without these the studio answers every API request with 500 and their names. */
const SECRETS = {
  SKYTELLS_API_KEY: "your key from Skytells",
  SESSION_SECRET: "made with: npm run --silent secret",
} as const;

const args = process.argv.slice(2);
const config = readConfig({ config: join(root, "wrangler.toml") });

if (args.includes("--dry-run")) {
  await build();
  await runTool("wrangler", ["deploy", ...args]);
  process.exit(0);
}

requireSignIn();
await build();
for (const { database_name: name } of config.d1_databases) {
  if (name && !exists("d1", "info", name)) await runTool("wrangler", ["d1", "create", name]);
}
for (const { bucket_name: name } of config.r2_buckets) {
  if (typeof name === "string" && !exists("r2", "bucket", "info", name)) {
    await runTool("wrangler", ["r2", "bucket", "create", name]);
  }
}
// Before the Worker: migrations are such that the deployed version, too, works with what they leave.
await runTool("wrangler", ["d1", "migrations", "apply", "DB", "--remote"]);
await runTool("wrangler", ["deploy", ...args]);
remindOfSecrets();

function build(): Promise<void> {
  return runTool("vite", ["build", "--logLevel", "warn"]);
}

/** Runs wrangler for its answer, without showing it. */
function ask(...command: string[]): SpawnSyncReturns<string> {
  const options = { cwd: root, env: environment, encoding: "utf8" } as const;
  return spawnSync(process.execPath, [TOOLS.wrangler, ...command], options);
}

/** False for whatever reason it cannot be seen: creating it then says which. */
function exists(...command: string[]): boolean {
  return ask(...command).status === 0;
}

function requireSignIn(): void {
  if (process.env["CLOUDFLARE_API_TOKEN"]) return;
  const answer = parse<{ loggedIn?: boolean; accounts?: { name: string; id: string }[] }>(
    ask("whoami", "--json").stdout,
  );
  if (!answer?.loggedIn) {
    fail("wrangler is not signed in. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN, then try again.");
  }
  const accounts = answer.accounts ?? [];
  if (accounts.length > 1 && !process.env["CLOUDFLARE_ACCOUNT_ID"] && !config.account_id) {
    const list = accounts.map(({ id, name }) => `  ${id}  ${name}`).join("\n");
    fail(`You have several accounts. Set CLOUDFLARE_ACCOUNT_ID to one of them:\n${list}`);
  }
}

function remindOfSecrets(): void {
  const known = parse<{ name: string }[]>(ask("secret", "list", "--format", "json").stdout);
  if (!known) {
    console.warn("\nThe Worker's secrets could not be listed: see `npx wrangler secret list`.");
    return;
  }
  const missing = Object.entries(SECRETS).filter(([name]) => !known.some((secret) => secret.name === name));
  if (missing.length === 0) return;
  console.warn("\nNot set yet. Until they are, the studio answers 500 with the setting's name:");
  for (const [name, what] of missing) console.warn(`  npx wrangler secret put ${name}   (${what})`);
}

/** The JSON in a tool's output, or null where there is none. */
function parse<T>(output: string): T | null {
  try {
    return JSON.parse(output.slice(output.search(/[[{]/))) as T;
  } catch {
    return null;
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
