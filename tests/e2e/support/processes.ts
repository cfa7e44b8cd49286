/** Child processes in groups of their own, so that what they start ends with them. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { environment, root } from "../../../scripts/run.ts";

export const wrangler = "node_modules/wrangler/bin/wrangler.js";

export type Group = { output: () => string; kill: () => Promise<void>; exited: Promise<number> };

/** What runs now; a test run that ends early takes it along. */
const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach(killGroup));
// In groups of their own they do not hear what ends this one.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => process.exit(1));
}

/** Runs a script of the project with this Node; `env` is added to this process' environment. */
export function startGroup(args: string[], env: NodeJS.ProcessEnv = {}): Group {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...environment, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let output = "";
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-20_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const exited = new Promise<number>((resolve) => {
    child.once("exit", (code) => {
      running.delete(child);
      resolve(code ?? 1);
    });
  });
  return {
    output: () => output,
    exited,
    /** As a machine that loses power: nobody gets to say goodbye. */
    async kill() {
      killGroup(child);
      await exited;
    },
  };
}

/** Runs a script to its end; its output, or an error that quotes it. */
export async function runToEnd(args: string[]): Promise<string> {
  const group = startGroup(args);
  const code = await group.exited;
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${group.output()}`);
  return group.output();
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

/** Below the range that outgoing connections take theirs from, so that it stays free while its server is down. */
const PORTS = { from: 20_000, to: 32_000 };

export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isListening = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
  });
  if (isListening) await new Promise((resolve) => server.close(resolve));
  return isListening;
}
