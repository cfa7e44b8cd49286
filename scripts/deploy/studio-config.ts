/**
 * The wrangler configuration of one studio. Several studios can run in one Cloudflare account, each under its own Worker
 * name; this derives from wrangler.toml the names that must differ between them.
 */
import { createHash } from "node:crypto";
import { isAbsolute, join } from "node:path";
import type { Unstable_RawConfig as RawConfig } from "wrangler";

/** The published Worker name in wrangler.toml; its database and bucket begin with it. */
export const SHIPPED_NAME = "image-studio";

/** What wrangler accepts for `d1 create` and `r2 bucket create`. A location is a hint, a jurisdiction is guaranteed. */
export const LOCATIONS = ["weur", "eeur", "apac", "oc", "wnam", "enam"];
export const JURISDICTIONS = ["eu", "fedramp", "us"];

/**
 * `location` and `jurisdiction`: where a new database and bucket are created. `rest`: the other arguments, for
 * `wrangler deploy`.
 */
export type Choice = {
  name?: string;
  env?: string;
  location?: string;
  jurisdiction?: string;
  rest: string[];
};

export type StudioConfig = RawConfig & { name: string };

export type Result<T> = { value: T } | { error: string };

const OPTIONS: Record<string, "name" | "env" | "config" | "location" | "jurisdiction"> = {
  "--name": "name",
  "--env": "env",
  "-e": "env",
  "--config": "config",
  "-c": "config",
  "--location": "location",
  "--jurisdiction": "jurisdiction",
};

/** The studio that the arguments choose, by name or by an [env.NAME] of wrangler.toml, and where to create its data. */
export function chooseStudio(args: string[], environment: NodeJS.ProcessEnv): Result<Choice> {
  const choice: Choice = { rest: [] };
  if (environment["CLOUDFLARE_ENV"]) choice.env = environment["CLOUDFLARE_ENV"];
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? "";
    const [flag, attached] = split(argument);
    const option = OPTIONS[flag];
    if (option === undefined) {
      choice.rest.push(argument);
      continue;
    }
    if (option === "config") {
      return { error: "The studio is configured in wrangler.toml. For a second one use --name or --env." };
    }
    const value = attached ?? args[(at += 1)];
    if (!value) return { error: `${flag} needs a value.` };
    choice[option] = value;
  }
  if (choice.name !== undefined && !/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(choice.name)) {
    return { error: "A Worker's name has lowercase letters, digits and dashes." };
  }
  if (choice.location !== undefined && !LOCATIONS.includes(choice.location)) {
    return { error: `--location is one of ${LOCATIONS.join(", ")}.` };
  }
  if (choice.jurisdiction !== undefined && !JURISDICTIONS.includes(choice.jurisdiction)) {
    return { error: `--jurisdiction is one of ${JURISDICTIONS.join(", ")}.` };
  }
  if (choice.location !== undefined && choice.jurisdiction !== undefined) {
    return { error: "Choose --location or --jurisdiction: a jurisdiction overrides the location." };
  }
  return { value: choice };
}

function split(argument: string): [flag: string, value?: string] {
  const at = argument.indexOf("=");
  return at < 0 ? [argument] : [argument.slice(0, at), argument.slice(at + 1)];
}

/** The configuration of the chosen studio, derived from wrangler.toml (`raw`, in the folder `root`), or an error. */
export function studioConfig(raw: RawConfig, choice: Choice, root: string): Result<StudioConfig> {
  const { env: environments, ...base } = raw;
  const baseName = base.name ?? SHIPPED_NAME;
  const section = choice.env === undefined ? undefined : environments?.[choice.env];
  if (choice.env !== undefined && !section) {
    return { error: `wrangler.toml has no [env.${choice.env}].` };
  }
  const name = choice.name ?? section?.name ?? (choice.env ? `${baseName}-${choice.env}` : baseName);
  const isBase = name === baseName;
  if (isBase && section) return { error: `[env.${choice.env}] has the name of the first studio, ${name}.` };
  if (!isBase && !section) {
    const taken = addressIn(base, choice.rest);
    if (taken) return { error: addressTaken(taken, baseName, name) };
  }
  const rename = (old: string) =>
    old === baseName || old.startsWith(`${baseName}-`) ? name + old.slice(baseName.length) : `${name}-${old}`;
  const config: StudioConfig = { ...base, ...section, name };
  if (section) {
    // As in wrangler, an environment has its own variables; an inherited route would take the first studio's address.
    config.vars = section.vars ?? {};
    delete config.route;
    delete config.routes;
    if (section.route !== undefined) config.route = section.route;
    if (section.routes !== undefined) config.routes = section.routes;
  }
  if (!isBase) {
    config.d1_databases =
      section?.d1_databases ??
      (base.d1_databases ?? []).map((database) => {
        const own = { ...database, database_name: rename(database.database_name ?? baseName) };
        delete own.database_id;
        return own;
      });
    config.r2_buckets =
      section?.r2_buckets ??
      (base.r2_buckets ?? []).map((bucket) => ({
        ...bucket,
        bucket_name: rename(String(bucket.bucket_name ?? baseName)),
      }));
    const shared = storageOf(config).find((one) => storageOf(base).includes(one));
    if (shared) return { error: `${name} would share ${shared} with ${baseName}. Give it its own.` };
  }
  if (choice.jurisdiction !== undefined) {
    const { jurisdiction } = choice;
    const other = config.r2_buckets?.find((bucket) => (bucket.jurisdiction ?? jurisdiction) !== jurisdiction);
    if (other) {
      return { error: `wrangler.toml has jurisdiction = "${other.jurisdiction}" for ${other.bucket_name}.` };
    }
    config.r2_buckets = (config.r2_buckets ?? []).map((bucket) => ({ ...bucket, jurisdiction }));
  }
  const limits = section?.ratelimits ?? base.ratelimits ?? [];
  config.ratelimits = limits.map((limit) => ({ ...limit, namespace_id: namespaceId(name, limit.name) }));
  return { value: withAbsolutePaths(config, root) };
}

/** The databases and buckets of a configuration, by name and by id. */
function storageOf({ d1_databases = [], r2_buckets = [] }: RawConfig): string[] {
  return [
    ...d1_databases.flatMap(({ database_name, database_id }) => [
      ...(database_name ? [`the database ${database_name}`] : []),
      ...(database_id ? [`the database ${database_id}`] : []),
    ]),
    ...r2_buckets.flatMap(({ bucket_name }) => (bucket_name ? [`the bucket ${String(bucket_name)}`] : [])),
  ];
}

/** The setting of wrangler.toml with the first studio's address, unless the arguments replace it. */
function addressIn({ vars, route, routes }: RawConfig, rest: string[]): string | null {
  const hasOwnUrl = rest.some((argument) => /^(?:--var=)?PUBLIC_URL:/.test(argument));
  if (vars?.["PUBLIC_URL"] && !hasOwnUrl) return "PUBLIC_URL";
  return route !== undefined || routes !== undefined ? "routes" : null;
}

const addressTaken = (setting: string, first: string, name: string) =>
  `${setting} in wrangler.toml is the address of ${first}, and ${name} would take it over.
Write [env.${name}] with name = "${name}" and its own [env.${name}.vars], then run: npm run deploy -- --env ${name}`;

/** Rate limits count per account and id, so each studio needs ids of its own: a positive number from its name. */
function namespaceId(studio: string, limit: string): string {
  const digest = createHash("sha256").update(`${studio}/${limit}`).digest();
  return String((digest.readUInt32BE(0) % 0x7fff_ffff) + 1);
}

/** The derived configuration is written to another folder than wrangler.toml. */
function withAbsolutePaths(config: StudioConfig, root: string): StudioConfig {
  const absolute = (path: string) => (isAbsolute(path) ? path : join(root, path));
  return {
    ...config,
    ...(config.main !== undefined && { main: absolute(config.main) }),
    ...(config.alias && {
      alias: Object.fromEntries(
        Object.entries(config.alias).map(([name, path]) => [
          name,
          path.startsWith(".") ? absolute(path) : path,
        ]),
      ),
    }),
    ...(config.assets?.directory !== undefined && {
      assets: { ...config.assets, directory: absolute(config.assets.directory) },
    }),
    d1_databases: (config.d1_databases ?? []).map((database) => ({
      ...database,
      migrations_dir: absolute(database.migrations_dir ?? "migrations"),
    })),
  };
}

/** Whether the Worker was renamed in wrangler.toml while its database or bucket kept the published name. */
export function hasShippedStorage(config: StudioConfig): boolean {
  if (config.name === SHIPPED_NAME) return false;
  const shipped = [`the database ${SHIPPED_NAME}`, `the bucket ${SHIPPED_NAME}-outputs`];
  return storageOf(config).some((one) => shipped.includes(one));
}
