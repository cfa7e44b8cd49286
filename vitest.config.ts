import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";
import type { InlineConfig } from "vitest/node";

/** Empty settings in place of those that `npm start` has written for this machine: the tests have their own. */
const ignoredVars = existsSync(".dev.vars")
  ? Object.fromEntries(Object.keys(parseEnv(readFileSync(".dev.vars", "utf8"))).map((name) => [name, ""]))
  : {};

/** The environment of the worker tests: every outgoing call is real HTTP, to the simulator that `setup-simulator` runs. */
const workerVars = {
  // Nothing listens there: the simulator holds its webhooks and the tests deliver them.
  PUBLIC_URL: "http://localhost:9",
  SESSION_SECRET: "a-secret-of-the-worker-tests-only",
  SKYTELLS_API_KEY: "sk-simulator",
  DEV_SIGN_IN: "true",
  MAX_GENERATIONS_PER_DAY: "0",
  PLAN_DAILY_GENERATIONS: "free=0,pro=0",
  CHECK_AFTER_SECONDS: "2",
  GENERATION_DEADLINE_SECONDS: "10",
  OUTPUT_WINDOW_SECONDS: "6",
  CREATE_TIMEOUT_SECONDS: "4",
  UNCONFIRMED_SECONDS: "5",
};

const filesOf = (folder: string, names: string[]) => names.map((name) => `tests/${folder}/${name}.test.ts`);

/**
 * Each needs its own workerd: they read or replace all storage, count every call of R2 and D1 (also those of objects that earlier
 * tests left working), or need an isolate without cached model schemas.
 */
const ALONE = filesOf("worker", ["operator-counts", "models"]);

/** The slow files, which `npm test` leaves to `npm run test:all` and `.ci/run`: the projects with `more` in their names. */
const ALONE_MORE = filesOf("worker", [
  "budget",
  "doctor-database",
  "export-stream",
  "fuzz",
  "operation-counts",
  "operator-page",
  "upgrade",
]);
const SHARED_MORE = filesOf("worker", [
  "account",
  "admin",
  "bulk",
  "d1-faults",
  "export",
  "fault-table",
  "forget",
  "image-url",
  "ingest",
  "list-filters",
  "mcp",
  "oauth",
  "oidc",
  "older-rows",
  "openapi-fuzz",
  "outage",
  "races-cancel-delete",
  "races-search",
  "rate-limits",
  "reference",
  "search",
  "unconfirmed",
  "uploads",
  "webhook-deliveries",
  "webhook-retries",
]);
const SCRIPTS_MORE = filesOf("scripts", [
  "backup",
  "deploy",
  "doctor",
  "repair",
  "studio-config",
  "test-projects",
]);

const entriesOf = (name: string, ...parts: string[]) => [name, ...parts.map((part) => `${name}/${part}`)];

/**
 * Packages of many modules, bundled once: to transform and load each module takes longer than most tests. Every entry of a
 * package that the Worker imports is here, since another one would load a second copy of its modules.
 */
const BUNDLED = [
  "@hono/zod-validator",
  "@modelcontextprotocol/client",
  "@modelcontextprotocol/sdk/client/index.js",
  "@modelcontextprotocol/sdk/client/streamableHttp.js",
  "@modelcontextprotocol/server",
  "@simplewebauthn/server",
  ...entriesOf("drizzle-orm", "batch", "d1", "errors", "sqlite-core"),
  "fast-check",
  "fast-png",
  ...entriesOf("hono", "body-limit", "cookie", "cors", "factory", "hono-base", "html", "http-exception"),
  ...["method-not-allowed", "route", "router/trie-router"].map((part) => `hono/${part}`),
  "image-dimensions",
  "jose",
  "openid-client",
  "zod",
  "zod-openapi",
];

/** A project whose tests run in workerd, beside the Worker that they test. */
const worker = (name: string, files: Pick<InlineConfig, "include" | "exclude" | "isolate">) => {
  let started = 0;
  return {
    plugins: [
      // Asked for each workerd that starts.
      cloudflareTest(async ({ inject }) => {
        const simulators = inject("simulators");
        const receiver = inject("receiver");
        const simulator = simulators[started++ % simulators.length];
        return {
          wrangler: { configPath: "./wrangler.toml" },
          miniflare: {
            bindings: {
              ...ignoredVars,
              ...workerVars,
              TEST_ALL: process.env.TEST_ALL ?? "",
              SKYTELLS_API_URL: simulator?.url ?? "",
              SIMULATOR_ADMIN: simulator?.adminUrl ?? "",
              RECEIVER: receiver,
              TEST_MIGRATIONS: await readD1Migrations("migrations"),
            },
          },
        };
      }),
    ],
    test: {
      name,
      testTimeout: 30_000,
      setupFiles: ["tests/worker/setup.ts"],
      deps: { optimizer: { ssr: { enabled: true, include: BUNDLED } } },
      globalSetup: [
        "tests/worker/setup-simulator.ts",
        "tests/worker/setup-provider.ts",
        "tests/worker/setup-receiver.ts",
      ],
      ...files,
    },
  };
};

/** What `npm test` plays in Chromium: it starts an app of its own. The rest is `e2e more`, and most of it shares one app. */
const JOURNEY = filesOf("e2e", ["journey"]);
const SHARED_APP: InlineConfig = {
  // Apart from all else, and two files at a time: they mostly wait, for a browser or a Worker.
  maxWorkers: 2,
  sequence: { groupOrder: 1 },
  globalSetup: ["tests/e2e/support/build.ts", "tests/e2e/support/global-setup.ts"],
  setupFiles: ["tests/e2e/support/setup.ts"],
};

/** A project whose tests run the scripts in Node. */
const scripts = (name: string, files: InlineConfig) => ({
  test: { name, environment: "node" as const, testTimeout: 30_000, ...files },
});

/** A project whose tests run in Chromium, against the built studio and the Worker in `wrangler dev`. */
const browser = (name: string, files: InlineConfig) => ({
  test: {
    name,
    globalSetup: ["tests/e2e/support/build.ts"],
    environment: "node" as const,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000, interval: 50 } },
    // A busy machine of CI may delay a browser longer than a test waits.
    retry: process.env.CI ? 1 : 0,
    ...files,
  },
});

export default defineConfig({
  test: {
    // On two cores as well: most of what is tested waits for real clocks, and waits better in company.
    maxWorkers: 3,
    // The Worker logs every request; only a failing test's log is worth reading.
    silent: "passed-only",
    projects: [
      // Projects start in the order of their names: "alone" before "shared", so that the fuzz does not come last.
      worker("worker shared", {
        // One workerd for many files, since starting one for each is a third of the work: people and prompts are new to
        // each test.
        isolate: false,
        include: ["tests/worker/*.test.ts"],
        exclude: [...ALONE, ...ALONE_MORE, ...SHARED_MORE],
      }),
      worker("worker shared more", { isolate: false, include: SHARED_MORE }),
      worker("worker alone", { include: ALONE }),
      worker("worker alone more", { include: ALONE_MORE }),
      {
        plugins: [preact()],
        test: {
          name: "frontend",
          // A new page and its modules for each of many files take most of the time.
          isolate: false,
          setupFiles: ["tests/frontend/setup.ts"],
          include: ["tests/frontend/**/*.test.{ts,tsx}"],
          environment: "happy-dom",
          testTimeout: 30_000,
          // Lazy parts wait for their stylesheets: vitest is to name them, and happy-dom not to fetch them.
          css: true,
          environmentOptions: {
            happyDOM: { settings: { disableCSSFileLoading: true, handleDisabledFileLoadingAsSuccess: true } },
          },
        },
      },
      {
        test: {
          name: "simulator",
          // To start a Node and load the simulator for each file takes longer than most of the tests.
          isolate: false,
          include: ["tests/simulator/**/*.test.ts"],
          environment: "node",
          testTimeout: 30_000,
        },
      },
      { test: { name: "images", include: ["tests/images/**/*.test.ts"], environment: "node" } },
      scripts("scripts", { isolate: false, include: ["tests/scripts/**/*.test.ts"], exclude: SCRIPTS_MORE }),
      scripts("scripts more", { include: SCRIPTS_MORE }),
      browser("e2e", { include: JOURNEY }),
      browser("e2e more", { ...SHARED_APP, include: ["tests/e2e/**/*.test.ts"], exclude: JOURNEY }),
      {
        test: {
          name: "chaos",
          include: ["tests/chaos/**/*.test.ts"],
          environment: "node",
          // Last and alone: its clocks are compressed, and do not wait for a busy machine.
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
