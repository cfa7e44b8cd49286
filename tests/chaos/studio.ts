/** The simulator and the Worker with their own state. The Worker can be killed and started again on the same state. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "vite";
import { environment, root } from "../../scripts/run.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { freePort, runToEnd, wrangler } from "../e2e/support/processes.ts";

export const KEY = "sk-simulator";
const START_TIMEOUT_MS = 60_000;
/** Wrangler draws its internal ports at random, and another process may use one of them. */
const MAX_START_ATTEMPTS = 3;
const HEALTH_INTERVAL_MS = 250;
const HEALTH_TIMEOUT_MS = 1_000;

/** `to` is null while the period lasts. */
export type Period = { from: number; to: number | null };

export type StudioOptions = {
  seed: number;
  /** Divides the simulator's durations. */
  speed: number;
  outputTtlSeconds: number;
  vars: Record<string, string>;
};

export type Studio = {
  url: string;
  simulator: Simulator;
  directory: string;
  configuration: string;
  /** When the Worker answered within `HEALTH_TIMEOUT_MS`: on a busy machine it may run without making progress. */
  up: Period[];
  kill: () => Promise<void>;
  start: () => Promise<void>;
  /** Stops both and keeps the state. */
  close: () => Promise<void>;
  remove: () => Promise<void>;
  admin: <T>(method: string, path: string, body?: unknown) => Promise<T>;
};

/** The project's wrangler.toml with the bundled test entry as its main, in a folder without `.dev.vars`. */
async function writeConfiguration(directory: string): Promise<string> {
  // Bundled once for all starts, into a folder without other changes, because wrangler watches it.
  const bundle = join(directory, "bundle");
  await build({
    logLevel: "error",
    build: {
      ssr: join(root, "tests/chaos/entry/worker.ts"),
      outDir: bundle,
      rolldownOptions: { output: { entryFileNames: "worker.js" }, external: [/^cloudflare:/] },
    },
    ssr: { noExternal: true, target: "webworker" },
    configFile: false,
    root: directory,
  });
  const original = await readFile(join(root, "wrangler.toml"), "utf8");
  await mkdir(join(directory, "assets"));
  const replace = (text: string, from: string, to: string) => {
    if (!text.includes(from)) throw new Error(`wrangler.toml has no ${from}`);
    return text.replace(from, to);
  };
  let text = replace(
    original,
    `main = "worker/index.ts"`,
    `main = "${join(bundle, "worker.js")}"\nno_bundle = true`,
  );
  text = replace(text, "minify = true\n", "");
  text = replace(text, `directory = "dist"`, `directory = "${join(directory, "assets")}"`);
  text = replace(text, `migrations_dir = "migrations"`, `migrations_dir = "${root}migrations"`);
  const path = join(directory, "wrangler.toml");
  await writeFile(path, text);
  return path;
}

const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach(killGroup));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    console.error(`Stopped by ${signal}.`);
    process.exit(1);
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group has exited.
  }
}

/** The clocks run twenty times as fast, so other processes must not delay the Worker. */
function raisePriority(): void {
  try {
    setPriority(-10);
  } catch {
    // Only root may. Without it the run needs an idle machine.
  }
}

export async function createStudio({ seed, speed, outputTtlSeconds, vars }: StudioOptions): Promise<Studio> {
  raisePriority();
  const directory = await mkdtemp(join(tmpdir(), "studio-chaos-"));
  const state = join(directory, "state");
  const configuration = await writeConfiguration(directory);
  const [simulator, port] = await Promise.all([
    startSimulator({ port: 0, key: KEY, speed, outputTtlSeconds, seed }),
    freePort(),
  ]);
  const url = `http://localhost:${port}`;
  const settings = {
    PUBLIC_URL: url,
    SKYTELLS_API_URL: simulator.url,
    SKYTELLS_API_KEY: KEY,
    SESSION_SECRET: "a-secret-of-the-chaos-runs-only",
    DEV_SIGN_IN: "true",
    MAX_GENERATIONS_PER_DAY: "0",
    PLAN_DAILY_GENERATIONS: "free=0,pro=0",
    ...vars,
  };
  const log = createWriteStream(join(directory, "worker.log"));
  const up: Period[] = [];
  let child: ChildProcess | null = null;

  const isHealthy = (timeoutMs: number) =>
    fetch(`${url}/api/health`, { signal: AbortSignal.timeout(timeoutMs) }).then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );

  /** Records when the Worker answers in time, until this process has ended. */
  async function recordUptime(of: ChildProcess): Promise<void> {
    let lastHealthyAt = Date.now();
    while (child === of) {
      const healthy = await isHealthy(HEALTH_TIMEOUT_MS);
      if (child !== of) return;
      const open = up.at(-1)?.to === null ? up.at(-1) : undefined;
      if (healthy) {
        lastHealthyAt = Date.now();
        if (!open) up.push({ from: lastHealthyAt, to: null });
      } else if (open) open.to = lastHealthyAt;
      await new Promise((resolve) => setTimeout(resolve, HEALTH_INTERVAL_MS));
    }
  }

  async function kill(): Promise<void> {
    const open = up.at(-1);
    if (open?.to === null) open.to = Date.now();
    const current = child;
    child = null;
    if (current === null || !running.has(current)) return;
    const exited = new Promise((resolve) => current.once("exit", resolve));
    killGroup(current);
    await exited;
    log.write(`--- killed ${new Date().toISOString()}\n`);
  }

  async function start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await startOnce();
      if (outcome === "up") return;
      if (outcome === "not up" || attempt === MAX_START_ATTEMPTS) {
        throw new Error(`The Worker did not start; see ${join(directory, "worker.log")}`);
      }
    }
  }

  async function startOnce(): Promise<"up" | "port taken" | "not up"> {
    let isPortTaken = false;
    const started = spawn(
      process.execPath,
      [
        join(root, wrangler),
        "dev",
        "--config",
        configuration,
        "--port",
        String(port),
        "--persist-to",
        state,
        "--show-interactive-dev-session=false",
        ...Object.entries(settings).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
      ],
      { cwd: directory, env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] },
    );
    child = started;
    running.add(started);
    started.once("exit", () => running.delete(started));
    for (const stream of [started.stdout, started.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        isPortTaken ||= line.includes("Address already in use");
        if (line.trim() !== "") log.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`);
      });
    }
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline && started.exitCode === null) {
      if (await isHealthy(START_TIMEOUT_MS)) {
        up.push({ from: Date.now(), to: null });
        void recordUptime(started);
        return "up";
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return isPortTaken ? "port taken" : "not up";
  }

  async function admin<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${simulator.adminUrl}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  let isClosed = false;
  async function close(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    await kill();
    await simulator.close();
    log.end();
  }

  try {
    await runToEnd([
      join(root, wrangler),
      "d1",
      "migrations",
      "apply",
      "DB",
      "--local",
      "--config",
      configuration,
      "--persist-to",
      state,
    ]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    simulator,
    directory,
    configuration,
    up,
    kill,
    start,
    close,
    remove: () => rm(directory, { recursive: true, force: true }),
    admin,
  };
}
