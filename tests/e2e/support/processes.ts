/** Child processes, each the leader of a process group, so that killing the group also ends its children. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { environment, root } from "../../../scripts/run.ts";

export const wrangler = "node_modules/wrangler/bin/wrangler.js";

export type Group = { output: () => string; kill: () => Promise<void>; exited: Promise<number> };

/** The running children. They are killed when this process exits. */
const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach(killGroup));
// A signal to this process group does not reach the groups of the children.
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
    output = (output + chunk.toString()).slice(-200_000);
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
    /** SIGKILL to the whole group, without a clean shutdown, as in a power failure. */
    async kill() {
      killGroup(child);
      await exited;
    },
  };
}

/** Runs a script until it exits and returns its output. Throws with the output if the exit code is not 0. */
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
    // It has exited already.
  }
}

/** Below the range of ephemeral ports, so that no outgoing connection takes the port while its server is down. */
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
