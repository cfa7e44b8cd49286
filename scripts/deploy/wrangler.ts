/** Wrangler's commands, and what its errors mean for the operator. */
import { spawnSync } from "node:child_process";
import { environment, exitOf, root, start, startTool, TOOLS } from "../run.ts";

export type Wrangler = {
  /** Prints `step` and runs a command; its output shows only if it fails, and then this process ends. */
  run: (step: string, ...command: string[]) => Promise<void>;
  /** Runs a command that may ask in the terminal. Ends this process if it fails. */
  runInTerminal: (...command: string[]) => Promise<void>;
  /** Runs a command and returns what it printed; `all` also has its errors. */
  ask: (...command: string[]) => { code: number; stdout: string; all: string };
  /** Whether a resource exists. Ends this process if that is not known: a second one must not be created. */
  exists: (...command: string[]) => boolean;
};

/** Wrangler's words and Cloudflare's codes for a database, a bucket or a Worker that does not exist. */
const NOT_FOUND = /Couldn't find a D1 DB|Worker "[^"]*" not found|code: (?:7404|10006|10007)\b/;

/** Cloudflare's codes for a token that is not valid or lacks a permission, and for an account without R2. */
const NOT_ALLOWED = /code: (?:7403|9109|10000|10001|10042)\b/;

const PERMISSIONS = `
Cloudflare did not allow this. A token (CLOUDFLARE_API_TOKEN) needs these permissions on the account:
Workers Scripts: Edit, D1: Edit, Workers R2 Storage: Edit, Account Settings: Read.
R2 must be enabled once in the dashboard. Then run the same command again.`;

const REPEAT = "\nRun the same command again to continue. What exists already is kept.";

export const isNotFound = (output: string) => NOT_FOUND.test(output);

/** What the operator can do after a command that printed `output` and failed. */
export function adviceFor(output: string): string {
  return NOT_ALLOWED.test(output) ? PERMISSIONS : REPEAT;
}

export function wranglerFor(configPath: string, env: NodeJS.ProcessEnv = environment): Wrangler {
  const argumentsOf = (command: string[]) => [...command, "--config", configPath];

  const ask: Wrangler["ask"] = (...command) => {
    const args = [TOOLS.wrangler, ...argumentsOf(command)];
    const options = { cwd: root, env, encoding: "utf8" } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
    return { code: status ?? 1, stdout, all: stdout + stderr };
  };

  const run: Wrangler["run"] = async (step, ...command) => {
    console.log(step);
    const child = start(TOOLS.wrangler, argumentsOf(command), env, ["ignore", "pipe", "pipe"]);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    // "close" comes after the last output.
    const code = await exitOf(child, "close");
    if (code !== 0) fail(output, code);
  };

  return {
    run,
    runInTerminal: async (...command) => {
      if (!process.stdin.isTTY) return run("Deploying the Worker", ...command);
      const code = await exitOf(startTool("wrangler", argumentsOf(command), env));
      if (code !== 0) fail("", code);
    },
    ask,
    exists: (...command) => {
      const { code, all } = ask(...command);
      if (code !== 0 && !isNotFound(all)) fail(all, code);
      return code === 0;
    },
  };
}

function fail(output: string, code: number): never {
  console.error(`${output.trim()}\n${adviceFor(output)}`);
  process.exit(code);
}
