/** Reads `.dev.vars`, the settings for local development. The first start creates it with new secrets. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { root } from "./run.ts";

const path = join(root, ".dev.vars");

/** What a deployed studio must not have. */
const localSettings = (adminToken: string) => `
# One-click sign-in with any email address. Works only if PUBLIC_URL and the request's host are loopback.
DEV_SIGN_IN="true"

# Authorizes \`npm run admin\` for this machine's studio. Empty: /api/admin is 404.
ADMIN_TOKEN="${adminToken}"
`;

export function devVars(): Record<string, string | undefined> {
  if (!existsSync(path)) {
    const example = readFileSync(join(root, ".dev.vars.example"), "utf8");
    const filled = example.replace(/^SESSION_SECRET=""/m, `SESSION_SECRET="${createSecret()}"`);
    writeFileSync(path, filled + localSettings(createSecret()), { mode: 0o600 });
  }
  return parseEnv(readFileSync(path, "utf8"));
}

/** 256 random bits without a comma, which separates secrets in a setting. */
export function createSecret(): string {
  return randomBytes(32).toString("base64");
}
