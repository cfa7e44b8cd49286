/** Simulator and Worker on a state of their own; the Worker can be killed and started again on the same state. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "vite";
import { environment, root } from "../../scripts/run.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { runToEnd, wrangler } from "../e2e/support/processes.ts";

export const KEY = "sk-simulator";
const READY_WITHIN_MS = 60_000;
/** Starts in a row that may find a port taken. */
const MOST_DRAWS = 3;
const PULSE_EVERY_MS = 250;
const PULSE_WITHIN_MS = 1_000;

/** A time during which something was the case; `to` is null while it still is. */
export type Period = { from: number; to: number | null };

export type StageOptions = {
  seed: number;
  /** Divides the simulator's believable delays. */
  speed: number;
  outputTtlSeconds: number;
  vars: Record<string, string>;
};

export type Stage = {
  url: string;
  simulator: Simulator;
  directory: string;
  configuration: string;
  /** When the Worker answered, and did so within `PULSE_WITHIN_MS`: on a crowded machine it may be up and still not move. */
  up: Period[];
  kill: () => Promise<void>;
  start: () => Promise<void>;
  /** Ends both, and keeps the state. */
  close: () => Promise<void>;
  remove: () => Promise<void>;
  admin: <T>(method: string, path: string, body?: unknown) => Promise<T>;
};

/** The project's own configuration with the test entry, bundled, as its main; in a folder without `.dev.vars`. */
async function writeConfiguration(directory: string): Promise<string> {
  // Once for all starts, which are many; in a folder where nothing else changes, because wrangler watches it.
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
  const swap = (text: string, from: string, to: string) => {
    if (!text.includes(from)) throw new Error(`wrangler.toml has no ${from}`);
    return text.replace(from, to);
  };
  let text = swap(
    original,
    `main = "worker/index.ts"`,
    `main = "${join(bundle, "worker.js")}"\nno_bundle = true`,
  );
  text = swap(text, "minify = true\n", "");
  text = swap(text, `directory = "dist"`, `directory = "${join(directory, "assets")}"`);
  text = swap(text, `migrations_dir = "migrations"`, `migrations_dir = "${root}migrations"`);
  const path = join(directory, "wrangler.toml");
  await writeFile(path, text);
  return path;
}

/**
 * A free port that the system hands to nobody while the Worker is dead. One of those it hands out (from 32768 on) could
 * be taken in between, even by a client that knocks and so connects to itself.
 */
async function quietPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}

const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach(killGroup));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    console.error(`Ended by ${signal}.`);
    process.exit(1);
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

/** Clocks are compressed twentyfold, so a machine that is busy with other things would be judged with the Worker. */
function goFirst(): void {
  try {
    setPriority(-10);
  } catch {
    // Only root may; then the machine has to be quiet.
  }
}

export async function openStage({ seed, speed, outputTtlSeconds, vars }: StageOptions): Promise<Stage> {
  goFirst();
  const directory = await mkdtemp(join(tmpdir(), "studio-chaos-"));
  const state = join(directory, "state");
  const configuration = await writeConfiguration(directory);
  const [simulator, port] = await Promise.all([
    startSimulator({ port: 0, key: KEY, speed, outputTtlSeconds, seed }),
    quietPort(),
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

  const isUp = (withinMs: number) =>
    fetch(`${url}/api/health`, { signal: AbortSignal.timeout(withinMs) }).then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );

  /** Until its process is gone: writes down when the Worker answers in time. */
  async function takePulse(of: ChildProcess): Promise<void> {
    let lastBeat = Date.now();
    while (child === of) {
      const answers = await isUp(PULSE_WITHIN_MS);
      if (child !== of) return;
      const open = up.at(-1)?.to === null ? up.at(-1) : undefined;
      if (answers) {
        lastBeat = Date.now();
        if (!open) up.push({ from: lastBeat, to: null });
      } else if (open) open.to = lastBeat;
      await new Promise((resolve) => setTimeout(resolve, PULSE_EVERY_MS));
    }
  }

  async function kill(): Promise<void> {
    const open = up.at(-1);
    if (open?.to === null) open.to = Date.now();
    const current = child;
    child = null;
    if (current === null || !running.has(current)) return;
    const gone = new Promise((resolve) => current.once("exit", resolve));
    killGroup(current);
    await gone;
    log.write(`--- killed ${new Date().toISOString()}\n`);
  }

  /** Its own inner ports are drawn at random, and another wrangler's draw may be the same: then it draws again. */
  async function start(): Promise<void> {
    for (let draw = 1; ; draw += 1) {
      const outcome = await startOnce();
      if (outcome === "up") return;
      if (outcome === "not up" || draw === MOST_DRAWS) {
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
    // Each line with its time: what happened when is the first question of every search.
    for (const stream of [started.stdout, started.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        isPortTaken ||= line.includes("Address already in use");
        if (line.trim() !== "") log.write(`${new Date().toISOString().slice(11, 23)} ${line}\n`);
      });
    }
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline && started.exitCode === null) {
      if (await isUp(READY_WITHIN_MS)) {
        up.push({ from: Date.now(), to: null });
        void takePulse(started);
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
