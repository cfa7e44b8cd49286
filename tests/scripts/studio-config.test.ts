/** `npm run deploy`: the names of a second studio in the same Cloudflare account, and where its data is created. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { experimental_readRawConfig as readRawConfig, type Unstable_RawConfig as RawConfig } from "wrangler";
import { describe, expect, it, test } from "vitest";
import { environment, root, TOOLS } from "../../scripts/run.ts";
import { planStorage } from "../../scripts/deploy/storage.ts";
import {
  chooseStudio,
  hasShippedStorage,
  JURISDICTIONS,
  LOCATIONS,
  studioConfig,
} from "../../scripts/deploy/studio-config.ts";

const raw: RawConfig = readRawConfig({ config: join(root, "wrangler.toml") }).rawConfig;

function configOf(args: string[], config: RawConfig = raw) {
  const choice = chooseStudio(args, {});
  if ("error" in choice) throw new Error(choice.error);
  const studio = studioConfig(config, choice.value, root);
  if ("error" in studio) throw new Error(studio.error);
  return studio.value;
}

const storageOf = ({ d1_databases = [], r2_buckets = [] }: RawConfig) => [
  ...d1_databases.map(({ database_name }) => database_name),
  ...r2_buckets.map(({ bucket_name }) => bucket_name),
];

const limitsOf = ({ ratelimits = [] }: RawConfig) => ratelimits.map(({ namespace_id }) => namespace_id);

describe("the first studio", () => {
  it("has the names of wrangler.toml", () => {
    const { name, ...config } = configOf([]);
    expect(name).toBe("image-studio");
    expect(storageOf(config)).toEqual(["image-studio", "image-studio-outputs"]);
    expect(config.vars).toEqual(raw.vars);
    expect(config.migrations).toEqual(raw.migrations);
  });

  it("has absolute paths", () => {
    const { main, assets, d1_databases } = configOf([]);
    expect([main, assets?.directory, d1_databases?.[0]?.migrations_dir]).toEqual(
      ["worker/index.ts", "dist", "migrations"].map((path) => join(root, path)),
    );
  });
});

describe.each([["--name", "other"], ["--name=other"]])("a studio chosen by %s %s", (...args) => {
  const own = args.filter((arg) => arg !== undefined);

  it("has its own database, bucket and rate limits", () => {
    const [first, second] = [configOf([]), configOf(own)];
    expect(second.name).toBe("other");
    expect(storageOf(second)).toEqual(["other", "other-outputs"]);
    const count = raw.ratelimits?.length ?? 0;
    expect(count).toBeGreaterThan(0);
    expect(limitsOf(second)).toHaveLength(count);
    expect(new Set([...limitsOf(first), ...limitsOf(second)])).toHaveLength(2 * count);
  });

  it("does not take the first studio's database by id", () => {
    const d1_databases = (raw.d1_databases ?? []).map((one) => ({ ...one, database_id: "an-id" }));
    const config = configOf(own, { ...raw, d1_databases });
    expect(config.d1_databases).toEqual([expect.not.objectContaining({ database_id: "an-id" })]);
  });
});

it("derives the same positive id for a rate limit at each deploy", () => {
  expect(limitsOf(configOf(["--name", "other"]))).toEqual(limitsOf(configOf(["--name", "other"])));
  for (const id of limitsOf(configOf([]))) expect(id).toMatch(/^[1-9]\d{0,9}$/);
});

it("passes all other arguments to wrangler", () => {
  const choice = chooseStudio(["--dry-run", "--name", "other", "--outdir=x", "--tag", "v1"], {});
  expect(choice).toEqual({ value: { name: "other", rest: ["--dry-run", "--outdir=x", "--tag", "v1"] } });
});

describe("an environment of wrangler.toml", () => {
  const withEnvironment = (section: NonNullable<RawConfig["env"]>[string], base: RawConfig = raw) => ({
    ...base,
    env: { other: section },
  });

  it.each([[["--env", "other"]], [["--env=other"]], [["-e", "other"]]])("is chosen by %j", (args) => {
    const config = configOf(args, withEnvironment({ vars: { PUBLIC_URL: "https://other.example" } }));
    expect(config.name).toBe("image-studio-other");
    expect(storageOf(config)).toEqual(["image-studio-other", "image-studio-other-outputs"]);
    expect(config.vars).toEqual({ PUBLIC_URL: "https://other.example" });
    expect(config).not.toHaveProperty("env");
  });

  it("is chosen by CLOUDFLARE_ENV", () => {
    expect(chooseStudio([], { CLOUDFLARE_ENV: "other" })).toEqual({ value: { env: "other", rest: [] } });
  });

  it("does not inherit the first studio's route", () => {
    const base = { ...raw, routes: [{ pattern: "studio.example", custom_domain: true }] };
    expect(configOf(["--env", "other"], withEnvironment({}, base))).not.toHaveProperty("routes");
  });

  it("is rejected if it has the first studio's database or bucket", () => {
    const database = { binding: "DB", database_name: "image-studio" };
    expect(() => configOf(["--env", "other"], withEnvironment({ d1_databases: [database] }))).toThrow(
      /share the database image-studio/,
    );
    const bucket = { binding: "OUTPUTS", bucket_name: "image-studio-outputs" };
    expect(() => configOf(["--env", "other"], withEnvironment({ r2_buckets: [bucket] }))).toThrow(
      /share the bucket image-studio-outputs/,
    );
  });
});

describe("--name", () => {
  it.each<[string, RawConfig]>([
    ["PUBLIC_URL", { ...raw, vars: { ...raw.vars, PUBLIC_URL: "https://studio.example" } }],
    ["routes", { ...raw, routes: ["studio.example/*"] }],
  ])("is rejected if %s is the first studio's", (setting, config) => {
    expect(() => configOf(["--name", "other"], config)).toThrow(setting);
    expect(configOf([], config).name).toBe("image-studio");
  });

  it("is accepted if the arguments set PUBLIC_URL", () => {
    const config = { ...raw, vars: { ...raw.vars, PUBLIC_URL: "https://studio.example" } };
    expect(configOf(["--name", "other", "--var", "PUBLIC_URL:https://other.example"], config).name).toBe(
      "other",
    );
  });

  it.each([[["--name"]], [["--name="]], [["--name", "../other"]], [["--name", "Other"]]])(
    "is rejected as %j",
    (args) => {
      expect(chooseStudio(args, {})).toHaveProperty("error");
    },
  );
});

it("detects a Worker that was renamed without its storage", () => {
  expect(hasShippedStorage(configOf([], { ...raw, name: "other" }))).toBe(true);
  expect(hasShippedStorage(configOf(["--name", "other"]))).toBe(false);
  expect(hasShippedStorage(configOf([]))).toBe(false);
});

describe("the creation of the database and the bucket", () => {
  /** The commands, when wrangler finds only `existing`. */
  function plan(
    args: string[],
    { existing = [], config = raw }: { existing?: string[]; config?: RawConfig } = {},
  ) {
    const choice = chooseStudio(args, {});
    if ("error" in choice) throw new Error(choice.error);
    const result = planStorage(configOf(args, config), choice.value, (...command) =>
      existing.includes(command.join(" ")),
    );
    if ("error" in result) throw new Error(result.error);
    return { commands: result.value.commands.map((command) => command.join(" ")), notes: result.value.notes };
  }
  const database = "d1 info image-studio";
  const bucket = "r2 bucket info image-studio-outputs";
  const inEu = { ...raw, r2_buckets: (raw.r2_buckets ?? []).map((one) => ({ ...one, jurisdiction: "eu" })) };

  it.each([
    [[], ""],
    [["--location", "weur"], " --location weur"],
    [["--jurisdiction=eu"], " --jurisdiction eu"],
  ])("with %j creates both there", (args, flags) => {
    expect(plan(args)).toEqual({
      commands: [`d1 create image-studio${flags}`, `r2 bucket create image-studio-outputs${flags}`],
      notes: [],
    });
  });

  it("creates both in the jurisdiction of wrangler.toml", () => {
    expect(plan([], { config: inEu }).commands).toEqual([
      "d1 create image-studio --jurisdiction eu",
      "r2 bucket create image-studio-outputs --jurisdiction eu",
    ]);
  });

  it("binds the bucket in the chosen jurisdiction", () => {
    expect(configOf(["--jurisdiction", "eu"]).r2_buckets).toEqual([
      { binding: "OUTPUTS", bucket_name: "image-studio-outputs", jurisdiction: "eu" },
    ]);
    expect(() => configOf(["--jurisdiction", "us"], inEu)).toThrow('jurisdiction = "eu"');
  });

  it("keeps an existing database and bucket, with a note", () => {
    const { commands, notes } = plan(["--location", "apac"], { existing: [database, bucket] });
    expect(commands).toEqual([]);
    expect(notes).toHaveLength(2);
  });

  it("fails if the bucket exists in another jurisdiction", () => {
    const existing = [database, `${bucket} --jurisdiction eu`];
    expect(() => plan([], { existing })).toThrow('jurisdiction = "eu"');
    expect(plan(["--jurisdiction", "eu"], { existing }).commands).toEqual([]);
    expect(() => plan(["--jurisdiction", "eu"], { existing: [database, bucket] })).toThrow(
      "without a jurisdiction",
    );
  });

  it.each([
    [["--location", "mars"]],
    [["--location"]],
    [["--jurisdiction", "de"]],
    [["--location", "weur", "--jurisdiction", "eu"]],
  ])("rejects %j", (args) => {
    expect(chooseStudio(args, {})).toHaveProperty("error");
  });

  it("has the locations and jurisdictions of wrangler", { timeout: 60_000 }, () => {
    const { stdout } = spawnSync(process.execPath, [TOOLS.wrangler, "d1", "create", "--help"], {
      cwd: root,
      env: environment,
      encoding: "utf8",
    });
    const choices = [...stdout.matchAll(/\[choices: ([^\]]+)\]/g)].map(([, list = ""]) =>
      list.split(", ").map((name) => name.replaceAll('"', "")),
    );
    expect(choices).toEqual([LOCATIONS, JURISDICTIONS]);
  });
});

test.each([[["--env", "missing"]], [["--config", "other.toml"]]])(
  "npm run deploy -- %j exits before it builds or creates anything",
  { timeout: 30_000 },
  (args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/deploy.ts", ...args], {
      cwd: root,
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/wrangler\.toml/);
  },
);
