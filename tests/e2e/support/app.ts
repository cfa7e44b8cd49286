/**
 * Starts the built studio and the Worker in `wrangler dev`, with a new state directory, against a simulator of its own.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSimulator } from "../../../simulator/server.ts";
import { createClient } from "./client.ts";
import { migrate } from "./migrate.ts";
import { freePort, type Group, runToEnd, startGroup, wrangler } from "./processes.ts";
import { createSimulatorClient } from "./simulator.ts";
import { until } from "./until.ts";

const READY_WITHIN_MS = 60_000;

/** Authorizes `/api/admin` of all apps of these tests. */
export const ADMIN_TOKEN = "the-admin-token-of-the-end-to-end-tests";

/** Settings of all apps: no daily limits, and short delays, so that tests need not wait. */
const VARS = {
  DEV_SIGN_IN: "true",
  ADMIN_TOKEN,
  MAX_GENERATIONS_PER_DAY: "0",
  PLAN_DAILY_GENERATIONS: "free=0,pro=0",
  SKYTELLS_API_KEY: "sk-simulator",
  SESSION_SECRET: "a-secret-of-the-end-to-end-tests-only",
  CHECK_AFTER_SECONDS: "1",
  OUTPUT_WINDOW_SECONDS: "60",
};

export type AppAddress = { url: string; adminUrl: string; stateDirectory: string };
export type App = AppAddress & {
  /** Kills the Worker with SIGKILL, as a power failure would. */
  kill: () => Promise<void>;
  /** Starts the Worker, after a `kill` with the same state. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

export type AppOptions = {
  vars?: Record<string, string>;
  /** The simulator draws small images, which is much faster. */
  tiny?: boolean;
  /** More arguments of `wrangler dev`. */
  flags?: string[];
  /** The folder of another build than `dist`. */
  assets?: string;
};

export async function startApp(options: AppOptions = {}): Promise<App> {
  const app = await prepareApp(options);
  try {
    await app.start();
    if ((options.vars?.DEV_SIGN_IN ?? VARS.DEV_SIGN_IN) === "true") await loadModelSchemas(app.url);
  } catch (error) {
    await app.stop();
    throw error;
  }
  return app;
}

/** Waits until the Worker has the models' options, which it requests with the first session of a new studio. */
export async function loadModelSchemas(url: string): Promise<void> {
  const { session } = await createClient(url, "first-visit@example.com");
  await until("the options of the models", async () =>
    (await session()).models.every(({ options }) => Object.keys(options).length > 0),
  );
}

/** Prepares an app that has an address but does not run yet. */
export async function prepareApp({
  vars = {},
  tiny = false,
  assets,
  flags = [],
}: AppOptions = {}): Promise<App> {
  const stateDirectory = await mkdtemp(join(tmpdir(), "studio-e2e-"));
  const [simulator, port] = await Promise.all([startSimulator({ port: 0, speed: 20 }), freePort()]);
  const url = `http://localhost:${port}`;
  if (tiny) await createSimulatorClient(simulator.adminUrl).setMoods(["output-tiny"]);
  const settings = { ...VARS, PUBLIC_URL: url, SKYTELLS_API_URL: simulator.url, ...vars };
  let worker: Group | null = null;

  async function kill() {
    await worker?.kill();
    worker = null;
  }
  async function start() {
    await migrate(stateDirectory);
    for (let attempt = 1; ; attempt += 1) {
      worker = run();
      try {
        return await ready(url, worker);
      } catch (error) {
        // Wrangler picks random internal ports, which another wrangler may use.
        if (attempt === 3 || !worker.output().includes("Address already in use")) throw error;
        await kill();
      }
    }
  }
  function run() {
    return startGroup([
      wrangler,
      "dev",
      "--port",
      String(port),
      "--persist-to",
      stateDirectory,
      ...(assets === undefined ? [] : ["--assets", assets]),
      ...flags,
      ...Object.entries(settings).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ]);
  }
  async function stop() {
    await kill();
    await simulator.close();
    await rm(stateDirectory, { recursive: true, force: true });
  }

  return { url, adminUrl: simulator.adminUrl, stateDirectory, kill, start, stop };
}

/** Runs SQL on the D1 database of a running app, as an operator would. */
export async function runSql({ stateDirectory }: AppAddress, command: string): Promise<void> {
  await runToEnd([
    wrangler,
    "d1",
    "execute",
    "DB",
    "--local",
    "--persist-to",
    stateDirectory,
    "--command",
    command,
  ]);
}

/** Resolves when the app responds. Throws at once if `worker` exits. */
export async function ready(url: string, worker?: Group): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  let exit: number | null = null;
  void worker?.exited.then((code) => {
    exit = code;
  });
  while (Date.now() < deadline && exit === null) {
    const isUp = await fetch(`${url}/api/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The Worker did not start (exit ${exit}):\n${worker?.output() ?? ""}`);
}
