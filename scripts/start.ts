/** `npm start` and `npm run dev`: the studio on this machine. See USAGE. */
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { parseArgs } from "node:util";
import { devVars } from "./dev-vars.ts";
import { environment, exitOf, runTool, runToolQuietly, start, startTool, stopChildren } from "./run.ts";

const USAGE = `npm start [-- --verbose]

Builds the studio, migrates the local database, runs the Worker, and the Skytells simulator unless .dev.vars has
a SKYTELLS_API_KEY.

  --watch      adds Vite with hot reload (npm run dev)
  --simulator  runs the simulator alone (npm run simulator)
  --verbose    prints all output of wrangler and Vite, with one line per request
  --help

Environment: PORT (8787), SIMULATOR_PORT (8788), STUDIO_STATE (the folder of the local data, .wrangler/state).`;

const VITE_URL = "http://localhost:5173";
const HEALTH_CHECK_INTERVAL_MS = 200;

const options = readOptions();
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}
if (options.simulator) process.exit(await exitOf(start("simulator/main.ts", [])));

const port = process.env.PORT ?? "8787";
const simulatorPort = process.env.SIMULATOR_PORT ?? "8788";
const stateFolder = process.env.STUDIO_STATE ?? ".wrangler/state";
const persist = ["--persist-to", stateFolder];
const settings = devVars();
const hasKey = Boolean(settings.SKYTELLS_API_KEY);
const quietVite = options.verbose ? [] : ["--logLevel", "warn"];
const url = `http://localhost:${port}`;
const simulatorUrl = `http://127.0.0.1:${simulatorPort}/v1`;

await requireFreePort("PORT", port, "localhost");
if (!hasKey) await requireFreePort("SIMULATOR_PORT", simulatorPort, "127.0.0.1");
console.log("Building the studio …");
await runTool("vite", ["build", ...quietVite]);
const migrate = options.verbose ? runTool : runToolQuietly;
await migrate("wrangler", ["d1", "migrations", "apply", "DB", "--local", ...persist]);

const vars = [
  `PUBLIC_URL:${url}`,
  ...(hasKey
    ? // Skytells cannot send webhooks to this machine, so the Worker polls early.
      ["CHECK_AFTER_SECONDS:3"]
    : [`SKYTELLS_API_URL:${simulatorUrl}`, "SKYTELLS_API_KEY:sk-simulator"]),
];
const children: ChildProcess[] = [];
if (!hasKey) {
  const env = { ...environment, SIMULATOR_PORT: simulatorPort };
  // The simulator prints its address, which `announce` prints too; its errors go to stderr.
  children.push(
    start("simulator/main.ts", [], env, options.verbose ? "inherit" : ["inherit", "ignore", "inherit"]),
  );
}
children.push(
  startTool("wrangler", [
    "dev",
    "--port",
    port,
    "--show-interactive-dev-session=false",
    ...(options.verbose ? [] : ["--log-level", "warn"]),
    ...persist,
    ...vars.flatMap((entry) => ["--var", entry]),
  ]),
);
if (options.watch) children.push(startTool("vite", ["--strictPort", ...quietVite]));

void announce();
const code = await Promise.race(children.map((child) => exitOf(child)));
await stopChildren();
process.exit(code);

/** Prints the addresses when the Worker answers. */
async function announce(): Promise<void> {
  if (!(await answersHealth())) {
    console.error("The studio answers with an error. Correct what the line above names and start again.");
    return;
  }
  const signIn =
    settings.DEV_SIGN_IN === "true"
      ? "any email address, without a password; no email is sent"
      : "as .dev.vars and wrangler.toml configure it";
  console.log(`
  Studio     ${options.watch ? VITE_URL : url}
  Sign-in    ${signIn}
  Images     ${hasKey ? "Skytells, with the key in .dev.vars" : `simulator at ${simulatorUrl} (no key, no cost)`}
  Database   ready, in ${stateFolder}
  Stop       Ctrl+C (all output: npm ${options.watch ? "run dev" : "start"} -- --verbose)
`);
}

/** `wrangler dev` does not exit when its port is in use. */
async function requireFreePort(setting: string, number: string, host: string): Promise<void> {
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false)).listen(Number(number), host, () => resolve(true));
  });
  if (!isFree) {
    console.error(`Port ${number} is in use. Is the studio running already? ${setting} sets another port.`);
    process.exit(1);
  }
  await new Promise((resolve) => server.close(resolve));
}

/** Waits for the first response. False: a setting is wrong, and the Worker has logged which. */
async function answersHealth(): Promise<boolean> {
  for (;;) {
    const response = await fetch(`${url}/api/health`).catch(() => null);
    if (response) return response.ok;
    await new Promise((resolve) => setTimeout(resolve, HEALTH_CHECK_INTERVAL_MS));
  }
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        watch: { type: "boolean", default: false },
        simulator: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}
