/** The tables in D1. SQL in `migrations/` is generated from this by drizzle-kit and applied by wrangler. */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const users = sqliteTable("users", {
  id: text("id").primaryKey(),
  /** In lower case. */
  email: text("email").notNull().unique(),
  /** An unknown name counts as free. */
  plan: text("plan").notNull().default("free"),
  createdAt: integer("created_at").notNull(),
  /** Part of each session; raising it ends all sessions. */
  sessionEpoch: integer("session_epoch").notNull().default(0),
  suspendedAt: integer("suspended_at"),
  deletedAt: integer("deleted_at"),
  /** May use the operator's page and API. */
  operator: integer("operator", { mode: "boolean" }).notNull().default(false),
});

/** Identities at sign-in providers. */
export const identities = sqliteTable(
  "identities",
  {
    issuer: text("issuer").notNull(),
    subject: text("subject").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.issuer, table.subject] }),
    index("identities_by_user").on(table.userId),
  ],
);

/** Passkeys (WebAuthn credentials) that sign a user in. */
export const passkeys = sqliteTable(
  "passkeys",
  {
    /** The credential's id, base64url. */
    id: text("id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** SubjectPublicKeyInfo (DER), base64url. */
    publicKey: text("public_key").notNull(),
    /** COSE algorithm: -7 (ES256) or -257 (RS256). */
    algorithm: integer("algorithm").notNull(),
    /** The authenticator's count of signatures; 0 where it does not count. */
    counter: integer("counter").notNull(),
    /** Kept in the owner's cloud account, so on several devices. */
    backedUp: integer("backed_up", { mode: "boolean" }).notNull(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [index("passkeys_by_user").on(table.userId, table.createdAt, table.id)],
);

/** Links that let one person register a passkey: for a new account, or for the one with this address. */
export const invitations = sqliteTable(
  "invitations",
  {
    id: text("id").primaryKey(),
    /** SHA-256 of the link's token, in hex. The token itself is not stored. */
    digest: text("digest").notNull().unique(),
    /** In lower case. */
    email: text("email").notNull(),
    /** Of a new account; an existing one keeps its plan. */
    plan: text("plan").notNull(),
    /** Makes the user an operator. */
    operator: integer("operator", { mode: "boolean" }).notNull(),
    createdAt: integer("created_at").notNull(),
    /** The operator's user id, or `token` for ADMIN_TOKEN. */
    createdBy: text("created_by"),
    expiresAt: integer("expires_at").notNull(),
    usedAt: integer("used_at"),
    /** The user who used it. */
    usedBy: text("used_by"),
    revokedAt: integer("revoked_at"),
  },
  (table) => [
    index("invitations_by_time").on(table.createdAt, table.id),
    index("invitations_by_user").on(table.usedBy),
  ],
);

export const generations = sqliteTable(
  "generations",
  {
    /** Skytells' prediction id. */
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    prompt: text("prompt").notNull(),
    /** The prompt as search compares it (`foldText`). Null: written by a version without it. */
    promptFolded: text("prompt_folded"),
    model: text("model").notNull().default("truefusion-pro"),
    status: text("status").notNull().default("queued"),
    /** The studio's path of the first image; set only if `status` is `succeeded`. */
    outputUrl: text("output_url"),
    /** JSON: StoredOutput[] */
    outputs: text("outputs").notNull().default("[]"),
    /** JSON: options as sent to Skytells */
    options: text("options").notNull().default("{}"),
    /** JSON: {code, message} */
    error: text("error"),
    favorite: integer("favorite", { mode: "boolean" }).notNull().default(false),
    shareToken: text("share_token").unique(),
    sharePrompt: integer("share_prompt", { mode: "boolean" }).notNull().default(false),
    createdAt: integer("created_at").notNull(),
    completedAt: integer("completed_at"),
    /** When the object began the write of `status`: an earlier write that arrives later changes nothing. */
    updatedAt: integer("updated_at").notNull().default(0),
  },
  (table) => [
    index("generations_by_user").on(table.userId, table.createdAt, table.id),
    index("generations_by_model").on(table.userId, table.model, table.createdAt, table.id),
    index("generations_by_favorite").on(table.userId, table.createdAt, table.id).where(sql`favorite = 1`),
    index("generations_by_share")
      .on(table.userId, table.createdAt, table.id)
      .where(sql`share_token is not null`),
    // drizzle-kit splits an expression at its commas, so not json_extract(). Broken JSON must not fail an insert.
    index("generations_by_seed")
      .on(table.userId, sql`options ->> '$.seed'`, table.createdAt, table.id)
      .where(sql`json_valid(options)`),
    // What the operator's page reads, of all users.
    index("generations_in_flight").on(table.createdAt).where(sql`status = 'queued' or status = 'processing'`),
    index("generations_failed").on(table.completedAt).where(sql`status = 'failed'`),
  ],
);

/** A user's saved prompts and settings. */
export const presets = sqliteTable(
  "presets",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    name: text("name").notNull(),
    prompt: text("prompt"),
    model: text("model"),
    /** JSON: the options of a generate request */
    options: text("options").notNull().default("{}"),
    style: text("style"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("presets_by_user").on(table.userId, table.createdAt, table.id)],
);

export const collections = sqliteTable(
  "collections",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    name: text("name").notNull(),
    /** The number of its items: counting them would read each. */
    itemCount: integer("item_count").notNull().default(0),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("collections_by_user").on(table.userId, table.createdAt, table.id)],
);

/** Which generations are in which collection. Rows end with either of them, also if an older version deletes it. */
export const collectionItems = sqliteTable(
  "collection_items",
  {
    collectionId: text("collection_id")
      .notNull()
      .references(() => collections.id, { onDelete: "cascade" }),
    userId: text("user_id").notNull(),
    /** The generation's, which never changes: the key is in the order of the gallery's pages. */
    createdAt: integer("created_at").notNull(),
    generationId: text("generation_id")
      .notNull()
      .references(() => generations.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.collectionId, table.userId, table.createdAt, table.generationId] }),
    index("collection_items_by_generation").on(table.generationId),
  ],
);

/** API keys. A key is in the database of its user, and carries that database's shard. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text("id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** SHA-256 of the key, in hex. The key itself is not stored. */
    digest: text("digest").notNull().unique(),
    lastFour: text("last_four").notNull(),
    /** JSON: Scope[] */
    scopes: text("scopes").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    /** At most an hour old. */
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [index("api_keys_by_user").on(table.userId, table.createdAt, table.id)],
);

/** What the OAuth provider stores: clients, grants, tokens, and consents in progress, by key. */
export const oauthEntries = sqliteTable(
  "oauth_entries",
  {
    key: text("key").primaryKey(),
    /** JSON. Codes, tokens and client secrets are stored as digests. */
    value: text("value").notNull(),
    /** JSON that a list of keys includes. */
    metadata: text("metadata"),
    /** Seconds since 1970; null: no end. */
    expiresAt: integer("expires_at"),
  },
  (table) => [index("oauth_entries_by_expiry").on(table.expiresAt)],
);

/** Images of the whole studio per UTC day, as requested, for MAX_GENERATIONS_PER_DAY. */
export const days = sqliteTable("days", {
  day: text("day").primaryKey(),
  created: integer("created").notNull().default(sql`0`),
});

/** Generations that `days` has counted: a repeated count changes nothing. Kept for a few days. */
export const countedGenerations = sqliteTable(
  "counted_generations",
  { day: text("day").notNull(), generationId: text("generation_id").notNull() },
  (table) => [primaryKey({ columns: [table.day, table.generationId] })],
);

/** What Skytells says a model accepts, for every isolate: a create reads it with the user. */
export const models = sqliteTable(
  "models",
  {
    /** SKYTELLS_API_URL: another API has other models. */
    apiUrl: text("api_url").notNull(),
    slug: text("slug").notNull(),
    /** JSON: `input_schema.properties`; `{}` where the model has none. */
    inputSchema: text("input_schema").notNull(),
    fetchedAt: integer("fetched_at").notNull(),
    /** As last offered: generations of a model that is no longer offered keep it. Null: an older version stored the row. */
    label: text("label"),
  },
  (table) => [primaryKey({ columns: [table.apiUrl, table.slug] })],
);

/** What operators did. Kept for a year. */
export const operatorActions = sqliteTable(
  "operator_actions",
  {
    id: text("id").primaryKey(),
    at: integer("at").notNull(),
    /** The operator's user id, or `token` for ADMIN_TOKEN. */
    who: text("who").notNull(),
    action: text("action").notNull(),
    /** The id of the user, generation or invitation; no secret. */
    target: text("target"),
  },
  (table) => [index("operator_actions_by_time").on(table.at, table.id)],
);

/** Events per hour for the operator's page: webhooks by verdict, and creates that Skytells refused. Kept for 30 days. */
export const operatorCounts = sqliteTable(
  "operator_counts",
  {
    /** Its beginning, in milliseconds since 1970. */
    hour: integer("hour").notNull(),
    name: text("name").notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.hour, table.name] })],
);

/** The last webhooks that changed nothing, without their content. */
export const refusedWebhooks = sqliteTable(
  "refused_webhooks",
  {
    id: text("id").primaryKey(),
    at: integer("at").notNull(),
    verdict: text("verdict").notNull(),
    /** The prediction that it names, if its signature is right. */
    generationId: text("generation_id"),
  },
  (table) => [index("refused_webhooks_by_time").on(table.at, table.id)],
);

/** What the operator switches for the whole studio. `paused`: `1` rejects new generations. */
export const studioState = sqliteTable("studio_state", {
  key: text("key").primaryKey(),
  value: text("value").notNull(),
});
