/** The operator's settings, parsed once per isolate. */
import * as z from "zod";
import { isBlockable } from "../lib/blocked-words.ts";
import { modelsIn } from "./models-setting.ts";
import type { OfferedModel } from "../shared/models.ts";
import { PLANS, type Plan } from "../shared/plans.ts";

export type OidcSettings = {
  issuer: URL;
  clientId: string;
  clientSecret: string | null;
  /** The issuer's addresses count as verified, whatever `email_verified` is. */
  trustsUnverifiedEmail: boolean;
};
/** `teamOrigin` is the assertion's issuer and serves its keys. */
export type AccessSettings = { teamOrigin: string; audience: string };

export type Settings = {
  /** The studio's origin; null: that of each request. */
  publicOrigin: string | null;
  skytells: {
    url: string;
    key: string;
    /** All keys that may sign a webhook. */
    webhookKeys: string[];
    webhookEvents: "reference" | "sdk";
    outputHosts: string[];
    /** The API is on loopback (the simulator), so outputs and webhooks may be too. */
    loopback: boolean;
  };
  sessionSecrets: string[];
  /** Longest time from a sign-in to the next one. */
  sessionMaxSeconds: number;
  devSignIn: boolean;
  /** Each is valid for `/api/admin`, as an operator's session is. */
  adminTokens: string[];
  oidc: OidcSettings | null;
  access: AccessSettings | null;
  /** Addresses, @domains, or `*`; lower-cased. Empty: no new users, except on localhost. */
  allowedUsers: string[];
  /** Other origins whose pages may use the API. */
  allowedOrigins: string[];
  /** The first one that does not upscale is the default. */
  models: readonly OfferedModel[];
  /** Prompts with one of these words or phrases are rejected. */
  blockedWords: string[];
  /** For reports of images and vulnerabilities: a mailto: or https: URL. */
  contact: string | null;
  /** 0: no cap. −1: paused. */
  maxGenerationsPerDay: number;
  /** Generations per user and UTC day. Null: no limit. */
  dailyGenerations: Record<Plan, number | null>;
  checkAfterMs: number;
  deadlineMs: number;
  outputWindowMs: number;
  createTimeoutMs: number;
  unconfirmedMs: number;
};

/** A setting is missing or malformed; the message names it and what it must be. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

const blankIsUnset = (value: unknown) => (value === "" ? undefined : value);
const setting = <T extends z.ZodType>(schema: T) => z.preprocess(blankIsUnset, schema);
const list = (fallback: string) =>
  setting(z.string().default(fallback)).transform((value) =>
    value
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ""),
  );
const seconds = (fallback: number) =>
  setting(z.coerce.number("must be a number of seconds").positive().max(86_400).default(fallback)).transform(
    (value) => value * 1000,
  );

const DAY_SECONDS = 24 * 60 * 60;

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

/** Whether only this machine can reach the host. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK_HOSTS.includes(hostname) || hostname.endsWith(".localhost");
}

const webUrl = z.string().transform((value, context) => {
  const url = URL.parse(value);
  if (url && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))))
    return url;
  context.addIssue({ code: "custom", message: "must be an https URL (http only on localhost)" });
  return z.NEVER;
});

/** Cloudflare's dashboard shows the domain without a scheme. */
const teamDomain = z
  .string()
  .transform((value) => (value.includes("://") ? value : `https://${value}`))
  .pipe(webUrl);

const DAILY_GENERATIONS: Record<Plan, number> = { free: 50, pro: 500 };
const DAILY_ENTRY = /^([a-z]+)\s*=\s*(\d{1,9})$/;

/** `free=50,pro=500`; a plan that is left out keeps its default. */
const dailyGenerations = list("").transform((entries, context) => {
  const daily: Record<string, number> = { ...DAILY_GENERATIONS };
  for (const entry of entries) {
    const { 1: plan = "", 2: count } = DAILY_ENTRY.exec(entry) ?? [];
    if (!Object.hasOwn(PLANS, plan)) {
      context.addIssue({ code: "custom", message: "must be like free=50,pro=500 (0: no limit)" });
      return z.NEVER;
    }
    daily[plan] = Number(count);
  }
  const limitOf = (plan: Plan) => daily[plan] || null;
  return { free: limitOf("free"), pro: limitOf("pro") };
});

/** An email address or the URL of a page, as a link. */
const contact = z.string().transform((value, context) => {
  if (z.email().safeParse(value).success) return `mailto:${value}`;
  const url = URL.parse(value);
  if (url?.protocol === "https:" || (url?.protocol === "mailto:" && url.pathname.includes("@")))
    return url.href;
  context.addIssue({ code: "custom", message: "must be an email address or an https URL" });
  return z.NEVER;
});

const isWebOrigin = (value: string) => {
  const url = webUrl.safeParse(value);
  return url.success && url.data.origin === value && !value.includes("*");
};

const ADMITTED = /^(?:\*|[^\s@*]*@[^\s@*]+)$/;

const TOO_WEAK = "is too weak: create one with `npm run secret`";
const areStrong = (secrets: string[]) =>
  secrets.every((secret) => secret.length >= 16 && new Set(secret).size >= 6);

type Pair = [one: string, other: string];
/** The first setting needs the second. */
const PAIRS: Pair[] = [
  ["OIDC_ISSUER", "OIDC_CLIENT_ID"],
  ["OIDC_CLIENT_ID", "OIDC_ISSUER"],
  ["OIDC_CLIENT_SECRET", "OIDC_ISSUER"],
  ["ACCESS_TEAM_DOMAIN", "ACCESS_AUD"],
  ["ACCESS_AUD", "ACCESS_TEAM_DOMAIN"],
];

const schema = z
  .object({
    PUBLIC_URL: setting(webUrl.optional()),
    SKYTELLS_API_URL: setting(webUrl.default(new URL("https://api.skytells.ai/v1"))),
    SKYTELLS_API_KEY: list("").refine((keys) => keys.length > 0, "is missing: a key from Skytells"),
    SKYTELLS_WEBHOOK_SECRET: list(""),
    SKYTELLS_WEBHOOK_EVENTS: setting(z.enum(["reference", "sdk"]).default("reference")),
    SKYTELLS_OUTPUT_HOSTS: list(
      "delivery.skytells.cloud,cdn.skytells.ai,storage.skytells.ai,skytells-ai.s3.us-east-1.amazonaws.com",
    ),
    SESSION_SECRET: list("")
      .refine((secrets) => secrets.length > 0, "is missing: create one with `npm run secret`")
      .refine(areStrong, TOO_WEAK),
    SESSION_MAX_DAYS: setting(
      z.coerce.number("must be a number of days").int("must be whole days").min(1).max(3_650).default(90),
    ),
    ADMIN_TOKEN: list("").refine(areStrong, TOO_WEAK),
    DEV_SIGN_IN: setting(z.enum(["true", "false"]).default("false")),
    OIDC_ISSUER: setting(webUrl.optional()),
    OIDC_CLIENT_ID: setting(z.string().optional()),
    OIDC_CLIENT_SECRET: setting(z.string().optional()),
    TRUST_UNVERIFIED_EMAIL: setting(webUrl.optional()),
    ACCESS_TEAM_DOMAIN: setting(teamDomain.optional()),
    ACCESS_AUD: setting(z.string().optional()),
    ALLOWED_USERS: list("").refine(
      (entries) => entries.every((entry) => ADMITTED.test(entry)),
      "must be addresses and @domains, separated by commas, or *",
    ),
    ALLOWED_ORIGINS: list("").refine(
      (origins) => origins.every(isWebOrigin),
      "must be origins like https://example.com, separated by commas",
    ),
    BLOCKED_WORDS: list("").refine(
      (entries) => entries.every(isBlockable),
      "must be words or phrases, separated by commas",
    ),
    CONTACT: setting(contact.optional()),
    MODELS: list("").transform((entries, context) => {
      const parsed = modelsIn(entries);
      if (typeof parsed !== "string") return parsed;
      context.addIssue({ code: "custom", message: parsed });
      return z.NEVER;
    }),
    MAX_GENERATIONS_PER_DAY: setting(z.coerce.number().int().min(-1).default(500)),
    PLAN_DAILY_GENERATIONS: dailyGenerations,
    CHECK_AFTER_SECONDS: seconds(20),
    GENERATION_DEADLINE_SECONDS: seconds(900),
    OUTPUT_WINDOW_SECONDS: seconds(300),
    CREATE_TIMEOUT_SECONDS: seconds(25),
    UNCONFIRMED_SECONDS: seconds(120),
  })
  .refine(
    (env) => !env.SKYTELLS_API_KEY.includes("sk-simulator") || isLoopback(env.SKYTELLS_API_URL.hostname),
    {
      path: ["SKYTELLS_API_KEY"],
      message: "is the simulator's public key: it is only valid if SKYTELLS_API_URL is on localhost",
    },
  )
  .refine((env) => !env.TRUST_UNVERIFIED_EMAIL || env.TRUST_UNVERIFIED_EMAIL.href === env.OIDC_ISSUER?.href, {
    path: ["TRUST_UNVERIFIED_EMAIL"],
    message: "must be the same address as OIDC_ISSUER, or empty",
  })
  .superRefine((env, context) => {
    const isSet = (name: string) => Reflect.get(env, name) !== undefined;
    for (const [one, other] of PAIRS) {
      if (isSet(one) && !isSet(other)) {
        context.addIssue({ code: "custom", path: [other], message: `is missing: ${one} needs it` });
      }
    }
  });

export const SETTING_NAMES = Object.keys(schema.shape);

const parsed = new WeakMap<object, Settings>();

/** The settings in `env`. Throws `SettingsError`, which names the wrong settings. */
export function settingsOf(env: object): Settings {
  const known = parsed.get(env);
  if (known) return known;
  const result = schema.safeParse(env);
  if (!result.success) {
    throw new SettingsError(
      result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "),
    );
  }
  const value = result.data;
  const settings: Settings = {
    publicOrigin: value.PUBLIC_URL?.origin ?? null,
    skytells: {
      url: value.SKYTELLS_API_URL.href.replace(/\/$/, ""),
      key: value.SKYTELLS_API_KEY[0] as string,
      webhookKeys: [...value.SKYTELLS_WEBHOOK_SECRET, ...value.SKYTELLS_API_KEY],
      webhookEvents: value.SKYTELLS_WEBHOOK_EVENTS,
      outputHosts: value.SKYTELLS_OUTPUT_HOSTS.map((host) => host.toLowerCase()),
      loopback: value.SKYTELLS_API_URL.protocol === "http:",
    },
    sessionSecrets: value.SESSION_SECRET,
    sessionMaxSeconds: value.SESSION_MAX_DAYS * DAY_SECONDS,
    adminTokens: value.ADMIN_TOKEN,
    devSignIn: value.DEV_SIGN_IN === "true",
    oidc:
      value.OIDC_ISSUER && value.OIDC_CLIENT_ID
        ? {
            issuer: value.OIDC_ISSUER,
            clientId: value.OIDC_CLIENT_ID,
            clientSecret: value.OIDC_CLIENT_SECRET ?? null,
            trustsUnverifiedEmail: value.TRUST_UNVERIFIED_EMAIL !== undefined,
          }
        : null,
    access:
      value.ACCESS_TEAM_DOMAIN && value.ACCESS_AUD
        ? { teamOrigin: value.ACCESS_TEAM_DOMAIN.origin, audience: value.ACCESS_AUD }
        : null,
    allowedUsers: value.ALLOWED_USERS.map((entry) => entry.toLowerCase()),
    allowedOrigins: value.ALLOWED_ORIGINS,
    blockedWords: value.BLOCKED_WORDS,
    contact: value.CONTACT ?? null,
    models: value.MODELS,
    maxGenerationsPerDay: value.MAX_GENERATIONS_PER_DAY,
    dailyGenerations: value.PLAN_DAILY_GENERATIONS,
    checkAfterMs: value.CHECK_AFTER_SECONDS,
    deadlineMs: value.GENERATION_DEADLINE_SECONDS,
    outputWindowMs: value.OUTPUT_WINDOW_SECONDS,
    createTimeoutMs: value.CREATE_TIMEOUT_SECONDS,
    unconfirmedMs: value.UNCONFIRMED_SECONDS,
  };
  parsed.set(env, settings);
  return settings;
}

/** The model of a request that names none. */
export function defaultModel({ models }: Settings): OfferedModel {
  return models.find(({ upscale }) => !upscale) as OfferedModel;
}
