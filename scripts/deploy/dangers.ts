/** Settings with which a studio must not be deployed: checked before anything is changed. */
import { isLoopback, SettingsError, settingsOf } from "../../worker/config/settings.ts";

export type Values = Readonly<Record<string, string>>;

/** Their values are readable for everyone who sees wrangler.toml or the dashboard. */
const SECRET_NAMES = [
  "SKYTELLS_API_KEY",
  "SKYTELLS_WEBHOOK_SECRET",
  "SESSION_SECRET",
  "ADMIN_TOKEN",
  "OIDC_CLIENT_SECRET",
];

/** Stands for a secret that is deployed already, and whose value only the Worker has. */
const UNKNOWN_SECRET = "a-deployed-secret-0123456789";

/** One sentence for each setting that makes the studio unsafe or unusable. Empty: it may be deployed. */
export function dangersOf(vars: Values, secrets: Values): string[] {
  const dangers: string[] = [];
  for (const name of SECRET_NAMES) {
    if (vars[name]) dangers.push(`${name} is a secret: remove it from [vars] in wrangler.toml.`);
  }
  if (vars["DEV_SIGN_IN"] === "true") {
    dangers.push(
      "DEV_SIGN_IN is true: it lets anyone sign in with any address. It is for this machine only.",
    );
  }
  for (const name of ["PUBLIC_URL", "SKYTELLS_API_URL"]) {
    const url = URL.parse(vars[name] ?? "");
    if (url && isLoopback(url.hostname))
      dangers.push(`${name} is on this machine, where Cloudflare cannot reach it.`);
  }
  if (listOf(vars["ALLOWED_USERS"]).includes("*") && vars["MAX_GENERATIONS_PER_DAY"] === "0") {
    dangers.push(
      "ALLOWED_USERS is * and MAX_GENERATIONS_PER_DAY is 0: everyone could spend your Skytells credit without a limit.",
    );
  }
  const wrong = settingsErrorOf({ ...vars, ...placeholders(vars), ...secrets });
  if (wrong !== null) dangers.push(wrong);
  return dangers;
}

function settingsErrorOf(values: Values): string | null {
  try {
    settingsOf(values);
    return null;
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
}

/** Of the required secrets only, so that the other settings can be checked. */
function placeholders(vars: Values): Values {
  return {
    SKYTELLS_API_KEY: vars["SKYTELLS_API_KEY"] ?? UNKNOWN_SECRET,
    SESSION_SECRET: vars["SESSION_SECRET"] ?? UNKNOWN_SECRET,
  };
}

const listOf = (value = "") => value.split(",").map((entry) => entry.trim());

/** Variables that `--var NAME:VALUE` among wrangler's arguments sets. */
export function varsIn(args: readonly string[]): Values {
  const texts = args.flatMap((argument, index) =>
    argument === "--var" ? [args[index + 1] ?? ""] : argument.startsWith("--var=") ? [argument.slice(6)] : [],
  );
  return Object.fromEntries(
    texts.map((text) => [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)]),
  );
}
