/** Runs the tools of this checkout with the Node that runs the script. */
import { type ChildProcess, spawn, spawnSync, type StdioOptions } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** The script behind a command of `node_modules/.bin`. */
export const TOOLS = {
  wrangler: "node_modules/wrangler/bin/wrangler.js",
  vite: "node_modules/vite/bin/vite.js",
  vitest: "node_modules/vitest/vitest.mjs",
} as const;

export type Tool = keyof typeof TOOLS;

export const environment = {
  ...process.env,
  // Avoids workerd's request for `Request.cf`, which fails offline.
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  // vitest sets NODE_ENV. Tests must build what users get.
  NODE_ENV: undefined,
  // scripts/deploy/studio-config.ts applies an environment of wrangler.toml; wrangler would apply it again.
  CLOUDFLARE_ENV: undefined,
};

/** How often a script started by npm checks that npm still runs. */
const PARENT_CHECK_MS = 250;

/** The children that still run. They end with this process. */
const running = new Set<ChildProcess>();
let isWatching = false;
let isStopping = false;

export function start(
  script: string,
  args: string[],
  env: NodeJS.ProcessEnv = environment,
  stdio: StdioOptions = "inherit",
): ChildProcess {
  stopChildrenOnExit();
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio, env });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

export function startTool(tool: Tool, args: string[], env: NodeJS.ProcessEnv = environment): ChildProcess {
  return start(TOOLS[tool], args, env);
}

/** Runs a tool to its end; a failure ends this process with the same code. */
export async function runTool(tool: Tool, args: string[]): Promise<void> {
  const code = await exitOf(startTool(tool, args));
  if (code !== 0) process.exit(code);
}

/** As `runTool`, but prints the tool's output only when it fails. */
export async function runToolQuietly(tool: Tool, args: string[]): Promise<void> {
  const child = start(TOOLS[tool], args, environment, ["inherit", "pipe", "pipe"]);
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await exitOf(child, "close");
  if (code === 0) return;
  process.stderr.write(Buffer.concat(output));
  process.exit(code);
}

/** Does not resolve while this process is stopping: the script must not continue, nor end before its children. */
export function exitOf(child: ChildProcess, event: "exit" | "close" = "exit"): Promise<number> {
  return new Promise((resolve) => {
    // "close" comes after the last of a piped output.
    child.once(event, (code: number | null) => {
      if (!isStopping) resolve(code ?? 1);
    });
  });
}

/** Ends every running child and waits for it. */
export async function stopChildren(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  await Promise.all(
    [...running].map((child) => {
      const exit = new Promise((resolve) => child.once("exit", resolve));
      // On Windows `kill` ends one process and leaves the processes that it started.
      if (process.platform === "win32") spawnSync("taskkill", ["/pid", String(child.pid), "/T", "/F"]);
      else child.kill(signal);
      return exit;
    }),
  );
}

/** Passes signals on to the children, and ends them when npm ends without passing its signal on. */
function stopChildrenOnExit(): void {
  if (isWatching) return;
  isWatching = true;
  const stop = (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => {
    isStopping = true;
    void stopChildren(signal).then(() => process.exit(128 + constants.signals[signal]));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  if (process.env["npm_lifecycle_event"] === undefined) return;
  // npm passes signals to its shell only, and some shells (dash) do not pass them on.
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    stop("SIGTERM");
  }, PARENT_CHECK_MS);
  check.unref();
}
