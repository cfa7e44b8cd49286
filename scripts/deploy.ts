/**
 * `npm run deploy`: the studio on your Cloudflare account. Asks for the Skytells key, makes the other secrets, creates the
 * database and the bucket if they are missing, migrates, deploys, runs the doctor against the live studio, and prints the
 * address and, in a terminal, the operator's sign-in link; can be repeated. `--name NAME` and `--env NAME` deploy a second
 * studio, `--location` and `--jurisdiction` choose where its data is created, `--no-doctor` skips the last check. Other
 * arguments go to `wrangler deploy`; `--dry-run` works offline.
 *
 * Without a terminal, secrets come from environment variables of their names. No secret is printed.
 *
 * Exit codes: 0 done, 1 not deployed, or deployed and the doctor finds something wrong, 3 deployed and the studio does not
 * answer.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { experimental_readRawConfig as readRawConfig } from "wrangler";
import { firstOf } from "./admin/client.ts";
import { dangersOf, type Values, varsIn } from "./deploy/dangers.ts";
import { checkDeployed } from "./deploy/last-check.ts";
import { operatorLink } from "./deploy/operator-link.ts";
import { hiddenQuestion, secretsToDeploy, shownQuestion, withSecretsFile } from "./deploy/secrets.ts";
import { jurisdictionSetting, planStorage } from "./deploy/storage.ts";
import { chooseStudio, hasShippedStorage, SHIPPED_NAME, studioConfig } from "./deploy/studio-config.ts";
import { adviceFor, isNotFound, wranglerFor } from "./deploy/wrangler.ts";
import { environment, root, runTool } from "./run.ts";

const NO_DOCTOR = "--no-doctor";

const args = process.argv.slice(2);
const isChecked = !args.includes(NO_DOCTOR);
const choice = valueOf(
  chooseStudio(
    args.filter((argument) => argument !== NO_DOCTOR),
    process.env,
  ),
);
const { rawConfig } = readRawConfig({ config: join(root, "wrangler.toml") });
const config = valueOf(studioConfig(rawConfig, choice, root));
const folder = join(root, ".cache/studios", config.name);
const configPath = join(folder, "wrangler.json");
/** Wrangler writes here, line by line as JSON, where it has deployed the Worker. */
const deployedPath = join(folder, "deployed.jsonl");
const vars = { ...textOf(config.vars), ...varsIn(choice.rest) };

mkdirSync(folder, { recursive: true });
writeFileSync(configPath, JSON.stringify(config, null, 2));
rmSync(deployedPath, { force: true });
const wrangler = wranglerFor(configPath, { ...environment, WRANGLER_OUTPUT_FILE_PATH: deployedPath });

if (choice.rest.includes("--dry-run")) {
  await build();
  await runTool("wrangler", ["deploy", ...choice.rest, "--config", configPath]);
  process.exit(0);
}

// Before the account is asked, and before the operator types a key.
requireSafeSettings({});
console.log("Looking up what the account has");
requireSignIn();
requireOwnStorage();
const deployed = deployedSecrets();
const secrets = valueOf(await secretsToDeploy(deployed ?? [], process.env, hiddenQuestion()));
requireSafeSettings(secrets);
// Each name is looked up before the first one is created, so that an error there changes nothing.
const { commands, notes } = valueOf(planStorage(config, choice, wrangler.exists));
await build();
for (const note of notes) console.warn(note);
for (const command of commands) await wrangler.run(`Creating: ${command.join(" ")}`, ...command);
// Before the Worker: the deployed version works with a migrated database, a new one not with an older database.
await wrangler.run("Migrating the database", "d1", "migrations", "apply", "DB", "--remote");
const secretsPath = join(folder, "secrets.json");
await withSecretsFile(secretsPath, secrets, () =>
  wrangler.runInTerminal("deploy", "--secrets-file", secretsPath, ...choice.rest),
);
const address = vars["PUBLIC_URL"] || deployedAddress();
printResult();
if (address !== null) await checkAndInvite(address);

function valueOf<T>(result: { value: T } | { error: string }): T {
  return "value" in result ? result.value : fail(result.error);
}

function textOf(values: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function build(): Promise<void> {
  console.log("Building the studio");
  return runTool("vite", ["build", "--logLevel", "warn"]);
}

function requireSignIn(): void {
  if (process.env["CLOUDFLARE_API_TOKEN"]) return;
  const answer = parse<{ loggedIn?: boolean; accounts?: { name: string; id: string }[] }>(
    wrangler.ask("whoami", "--json").stdout,
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
  if (hasShippedStorage(config) && wrangler.exists("deployments", "list", "--name", SHIPPED_NAME)) {
    fail(`${config.name} would share its database or bucket with the studio ${SHIPPED_NAME} of this account.
Keep name = "${SHIPPED_NAME}" in wrangler.toml and run: npm run deploy -- --name ${config.name}`);
  }
}

function requireSafeSettings(secrets: Values): void {
  const dangers = dangersOf(vars, secrets);
  if (dangers.length === 0) return;
  fail(`Not deployed, and nothing was changed:\n${dangers.map((danger) => `  - ${danger}`).join("\n")}`);
}

/** The names of the secrets that the Worker has. Null before the first deploy: it does not exist. */
function deployedSecrets(): string[] | null {
  const { code, stdout, all } = wrangler.ask("secret", "list", "--format", "json");
  if (code !== 0) return isNotFound(all) ? null : fail(`${all.trim()}\n${adviceFor(all)}`);
  return (parse<{ name: string }[]>(stdout) ?? []).map(({ name }) => name);
}

function printResult(): void {
  console.log(`\nYour studio: ${address ?? "see the address above"}`);
  const made = secrets["ADMIN_TOKEN"];
  if (made !== undefined && made !== process.env["ADMIN_TOKEN"]?.trim() && process.stdout.isTTY) {
    console.log(`Your operator token, for npm run admin. It is shown only now: ${made}`);
  }
  if (choice.jurisdiction !== undefined && !hasJurisdictionInToml(choice.jurisdiction)) {
    console.warn(`\n${jurisdictionSetting(choice.jurisdiction)}`);
  }
}

async function checkAndInvite(address: string): Promise<void> {
  const token = firstOf(secrets["ADMIN_TOKEN"] ?? "") || null;
  if (isChecked) {
    console.log("\nChecking the studio:");
    const { code, lines } = await checkDeployed(address, token);
    console.log(lines.join("\n"));
    process.exitCode = code;
  }
  if (deployed !== null) return;
  const lines = await operatorLink(address, token, shownQuestion(), process.env["OPERATOR_EMAIL"]);
  console.log(`\n${lines.join("\n")}`);
}

function hasJurisdictionInToml(jurisdiction: string): boolean {
  const buckets: { jurisdiction?: string }[] = rawConfig.r2_buckets ?? [];
  return buckets.every((bucket) => bucket.jurisdiction === jurisdiction);
}

/** The first address in wrangler's report of this deploy. */
function deployedAddress(): string | null {
  const lines = readFileSync(deployedPath, "utf8").split("\n").filter(Boolean);
  const entries = lines.map((line) => JSON.parse(line) as { type: string; targets?: string[] });
  return entries.find(({ type }) => type === "deploy")?.targets?.[0] ?? null;
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
