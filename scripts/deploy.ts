/**
 * `npm run deploy`: the studio on your Cloudflare account. Makes the database and the bucket where they are
 * missing, migrates, deploys; repeatable. `--name NAME` and `--env NAME` deploy a studio of its own beside the first.
 * Further arguments go to `wrangler deploy`; with `--dry-run` nothing is asked of Cloudflare, so it works offline.
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { experimental_readRawConfig as readRawConfig } from "wrangler";
import { environment, root, runTool, TOOLS } from "./run.ts";
import { chooseStudio, hasShippedStorage, SHIPPED_NAME, studioConfig } from "./studio-config.ts";

/** Without these the studio answers every API request with 500 and their names. */
const SECRETS = {
  SKYTELLS_API_KEY: "your key from Skytells",
  SESSION_SECRET: "made with: npm run --silent secret",
} as const;

const choice = valueOf(chooseStudio(process.argv.slice(2), process.env));
const { rawConfig } = readRawConfig({ config: join(root, "wrangler.toml") });
const config = valueOf(studioConfig(rawConfig, choice, root));
const configPath = writeConfig();

if (choice.rest.includes("--dry-run")) {
  await build();
  await wrangler("deploy", ...choice.rest);
  process.exit(0);
}

requireSignIn();
requireOwnStorage();
await build();
for (const { database_name: name } of config.d1_databases ?? []) {
  if (name && !exists("d1", "info", name)) await wrangler("d1", "create", name);
}
for (const { bucket_name: name } of config.r2_buckets ?? []) {
  if (typeof name === "string" && !exists("r2", "bucket", "info", name)) {
    await wrangler("r2", "bucket", "create", name);
  }
}
// Before the Worker: migrations are such that the deployed version, too, works with what they leave.
await wrangler("d1", "migrations", "apply", "DB", "--remote");
await wrangler("deploy", ...choice.rest);
remindOfSecrets();

function valueOf<T>(result: { value: T } | { error: string }): T {
  return "value" in result ? result.value : fail(result.error);
}

function writeConfig(): string {
  const folder = join(root, ".cache/studios", config.name);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "wrangler.json");
  writeFileSync(path, JSON.stringify(config, null, 2));
  return path;
}

function wrangler(...command: string[]): Promise<void> {
  return runTool("wrangler", [...command, "--config", configPath]);
}

function build(): Promise<void> {
  return runTool("vite", ["build", "--logLevel", "warn"]);
}

/** Runs wrangler for its answer, without showing it. */
function ask(...command: string[]): SpawnSyncReturns<string> {
  const options = { cwd: root, env: environment, encoding: "utf8" } as const;
  return spawnSync(process.execPath, [TOOLS.wrangler, ...command, "--config", configPath], options);
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

/** For a Worker that was renamed in wrangler.toml only: its database and bucket may be those of another studio. */
function requireOwnStorage(): void {
  if (hasShippedStorage(config) && exists("deployments", "list", "--name", SHIPPED_NAME)) {
    fail(`${config.name} would share its database or bucket with the studio ${SHIPPED_NAME} of this account.
Keep name = "${SHIPPED_NAME}" in wrangler.toml and run: npm run deploy -- --name ${config.name}`);
  }
}

function remindOfSecrets(): void {
  const known = parse<{ name: string }[]>(ask("secret", "list", "--format", "json").stdout);
  if (!known) {
    console.warn(
      `\nThe Worker's secrets could not be listed: run npx wrangler secret list --name ${config.name}`,
    );
    return;
  }
  const missing = Object.entries(SECRETS).filter(([name]) => !known.some((secret) => secret.name === name));
  if (missing.length === 0) return;
  console.warn("\nNot set yet. Until they are, the studio answers 500 with the setting's name:");
  for (const [name, what] of missing)
    console.warn(`  npx wrangler secret put ${name} --name ${config.name}   (${what})`);
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
