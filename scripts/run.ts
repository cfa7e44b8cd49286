/** Running the project's tools from its scripts: always those of this checkout, with the Node that runs this. */
import { type ChildProcess, spawn } from "node:child_process";
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
  // Offline, workerd asks for this machine's place in the world and complains; nothing here needs it.
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  // vitest sets it for itself, and what a test builds is what users get.
  NODE_ENV: undefined,
};

export function start(script: string, args: string[], env: NodeJS.ProcessEnv = environment): ChildProcess {
  return spawn(process.execPath, [script, ...args], { cwd: root, stdio: "inherit", env });
}

export function startTool(tool: Tool, args: string[], env: NodeJS.ProcessEnv = environment): ChildProcess {
  return start(TOOLS[tool], args, env);
}

/** Runs a tool to its end; a failure ends this process with the same code. */
export async function runTool(tool: Tool, args: string[]): Promise<void> {
  const code = await exitOf(startTool(tool, args));
  if (code !== 0) process.exit(code);
}

export function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}
