/**
 * `npm run deploy`: the studio on your Cloudflare account. Creates the database and the bucket if they are missing,
 * migrates, deploys; can be repeated. `--name NAME` and `--env NAME` deploy a second studio, `--location` and
 * `--jurisdiction` choose where its data is created. Other arguments go to `wrangler deploy`; `--dry-run` works offline.
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { experimental_readRawConfig as readRawConfig } from "wrangler";
import { environment, root, runTool, TOOLS } from "./run.ts";
import { jurisdictionSetting, planStorage } from "./storage.ts";
import { chooseStudio, hasShippedStorage, SHIPPED_NAME, studioConfig } from "./studio-config.ts";

/** Until these are set, every API request is answered 500 with the setting's name. */
const SECRETS = {
  SKYTELLS_API_KEY: "your key from Skytells",
  SESSION_SECRET: "the output of: npm run --silent secret",
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
await createMissingStorage();
// Before the Worker: the deployed version works with a migrated database, a new one not with an older database.
await wrangler("d1", "migrations", "apply", "DB", "--remote");
await wrangler("deploy", ...choice.rest);
remindOfSecrets();
remindOfJurisdiction();

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

async function createMissingStorage(): Promise<void> {
  const { commands, notes } = valueOf(planStorage(config, choice, exists));
  for (const note of notes) console.warn(note);
  for (const command of commands) await wrangler(...command);
}

/** Runs wrangler and returns its output instead of printing it. */
function ask(...command: string[]): SpawnSyncReturns<string> {
  const options = { cwd: root, env: environment, encoding: "utf8" } as const;
  return spawnSync(process.execPath, [TOOLS.wrangler, ...command, "--config", configPath], options);
}

/** Also false when wrangler fails for another reason: the command that creates it then prints that reason. */
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

/** If only the Worker was renamed in wrangler.toml, its database and bucket may be those of another studio. */
function requireOwnStorage(): void {
  if (hasShippedStorage(config) && exists("deployments", "list", "--name", SHIPPED_NAME)) {
    fail(`${config.name} would share its database or bucket with the studio ${SHIPPED_NAME} of this account.
Keep name = "${SHIPPED_NAME}" in wrangler.toml and run: npm run deploy -- --name ${config.name}`);
  }
}

function remindOfJurisdiction(): void {
  const { jurisdiction } = choice;
  const buckets: { jurisdiction?: string }[] = rawConfig.r2_buckets ?? [];
  if (jurisdiction !== undefined && buckets.some((bucket) => bucket.jurisdiction !== jurisdiction)) {
    console.warn(`\n${jurisdictionSetting(jurisdiction)}`);
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
  for (const [name, source] of missing) {
    console.warn(`  npx wrangler secret put ${name} --name ${config.name}   (${source})`);
  }
}

/** The JSON in a tool's output, which may print other text before it. */
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
