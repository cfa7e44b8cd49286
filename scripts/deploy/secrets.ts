/** The Worker's secrets: which are deployed, which are missing, and where the missing ones come from. */
import { rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { createSecret } from "../dev-vars.ts";
import type { Result } from "./studio-config.ts";
import type { Values } from "./dangers.ts";

const NAMES = [
  "SKYTELLS_API_KEY",
  "SESSION_SECRET",
  "ADMIN_TOKEN",
  "SKYTELLS_WEBHOOK_SECRET",
  "OIDC_CLIENT_SECRET",
];

/**
 * The secrets to deploy: those of the environment, which replace deployed ones, the Skytells key from the terminal, and
 * new ones. Without a terminal (`ask` is null) no ADMIN_TOKEN is made, because no person would see it.
 */
export async function secretsToDeploy(
  deployed: readonly string[],
  environment: NodeJS.ProcessEnv,
  ask: ((question: string) => Promise<string>) | null,
): Promise<Result<Values>> {
  const secrets: Record<string, string> = {};
  for (const name of NAMES) {
    const value = environment[name]?.trim();
    if (value) secrets[name] = value;
  }
  const has = (name: string) => name in secrets || deployed.includes(name);
  if (!has("SKYTELLS_API_KEY")) {
    const key = (await ask?.("Your Skytells API key (it is not shown): "))?.trim();
    if (!key) {
      return {
        error:
          "SKYTELLS_API_KEY is missing: a key from your Skytells account. Set it in the environment, or run this in a terminal.",
      };
    }
    secrets["SKYTELLS_API_KEY"] = key;
  }
  if (!has("SESSION_SECRET")) secrets["SESSION_SECRET"] = createSecret();
  if (!has("ADMIN_TOKEN") && ask) secrets["ADMIN_TOKEN"] = createSecret();
  return { value: secrets };
}

type Question = (question: string) => Promise<string>;

/** Asks in the terminal without showing what is typed. Null if there is no terminal. */
export function hiddenQuestion(): Question | null {
  return terminalQuestion(new Writable({ write: (_chunk, _encoding, done) => done() }));
}

/** Asks in the terminal. Null if there is no terminal. */
export const shownQuestion = (): Question | null => terminalQuestion(process.stdout);

function terminalQuestion(output: Writable): Question | null {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return null;
  return async (question) => {
    if (output !== process.stdout) process.stdout.write(question);
    const terminal = createInterface({ input: process.stdin, output, terminal: true });
    try {
      return await terminal.question(output === process.stdout ? question : "");
    } finally {
      terminal.close();
      if (output !== process.stdout) process.stdout.write("\n");
    }
  };
}

/** Writes the secrets for `wrangler deploy --secrets-file`; only this user can read the file, and `use` has the path. */
export async function withSecretsFile(
  path: string,
  secrets: Values,
  use: () => Promise<void>,
): Promise<void> {
  const remove = () => rmSync(path, { force: true });
  process.once("exit", remove);
  writeFileSync(path, JSON.stringify(secrets), { mode: 0o600 });
  try {
    await use();
  } finally {
    remove();
    process.off("exit", remove);
  }
}
