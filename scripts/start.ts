/**
 * `npm start`: the whole studio on this machine. Builds, migrates the local D1, runs the Worker, and the
 * simulator unless `.dev.vars` holds a key for the real Skytells. `--watch` adds vite with hot reload; `--simulator`
 * runs the simulator alone.
 */
import type { ChildProcess } from "node:child_process";
import { devVars } from "./dev-vars.ts";
import { environment, exitOf, runTool, start, startTool, stopChildren } from "./run.ts";

if (process.argv.includes("--simulator")) process.exit(await exitOf(start("simulator/main.ts", [])));

const port = process.env.PORT ?? "8787";
const simulatorPort = process.env.SIMULATOR_PORT ?? "8788";
const persist = process.env.STUDIO_STATE ? ["--persist-to", process.env.STUDIO_STATE] : [];
const isWatching = process.argv.includes("--watch");
const hasKey = Boolean(devVars().SKYTELLS_API_KEY);

await runTool("vite", ["build", "--logLevel", "warn"]);
await runTool("wrangler", ["d1", "migrations", "apply", "DB", "--local", ...persist]);

const vars = hasKey
  ? // Skytells cannot call a laptop, so the studio asks, and soon.
    ["CHECK_AFTER_SECONDS:3"]
  : [`SKYTELLS_API_URL:http://127.0.0.1:${simulatorPort}/v1`, "SKYTELLS_API_KEY:sk-simulator"];

const children: ChildProcess[] = [];
if (!hasKey) {
  const env = { ...environment, SIMULATOR_PORT: simulatorPort };
  children.push(start("simulator/main.ts", [], env));
}
children.push(
  startTool("wrangler", [
    "dev",
    "--port",
    port,
    "--show-interactive-dev-session=false",
    ...persist,
    ...[`PUBLIC_URL:http://localhost:${port}`, ...vars].flatMap((entry) => ["--var", entry]),
  ]),
);
if (isWatching) children.push(startTool("vite", []));

void announce();
const code = await Promise.race(children.map(exitOf));
await stopChildren();
process.exit(code);

/** Prints the studio's address when it answers. */
async function announce(): Promise<void> {
  const url = `http://localhost:${port}`;
  for (;;) {
    const isUp = await fetch(`${url}/api/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log(`\n  Image Studio   ${isWatching ? "http://localhost:5173" : url}`);
  console.log(`  Images by      ${hasKey ? "Skytells" : "the simulator (no key, no cost)"}\n`);
}
