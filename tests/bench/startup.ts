/**
 * What MCP and OAuth cost at the start of the Worker: the CPU time of workerd, from its start to the first response, with
 * the real bundle and with one without them, in turns. The empty Worker shows what workerd itself needs. CPU time, because the
 * clock also counts what other processes do.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { freePort } from "../e2e/support/processes.ts";
import { until } from "../e2e/support/until.ts";
import { bundle, isMcpOrOAuth, lazyModules } from "./bundle.ts";
import type { Measure } from "./measure.ts";
import { lowerQuartile } from "./trace.ts";

const RUNS = 21;
const MAX_RATIO = 1.05;
const MS_PER_NS = 1e-6;

const EMPTY = 'export default { fetch: () => new Response("") };';

export async function measureStartup(): Promise<Measure[]> {
  const bundles = {
    whole: bundle(),
    without: bundle(lazyModules().filter(isMcpOrOAuth)),
    empty: Buffer.from(EMPTY),
  };
  const times: Record<keyof typeof bundles, number[]> = { whole: [], without: [], empty: [] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const name of ["whole", "without", "empty"] as const) {
      times[name].push(await cpuTimeOfStart(bundles[name]));
    }
  }
  const whole = lowerQuartile(times.whole);
  const without = lowerQuartile(times.without);
  return [
    { what: "start to first response, CPU time", value: whole, unit: "ms" },
    { what: "the same without MCP and OAuth", value: without, unit: "ms" },
    { what: "the same of an empty Worker", value: lowerQuartile(times.empty), unit: "ms" },
    { what: "start with MCP and OAuth against without", value: whole / without, unit: "", limit: MAX_RATIO },
  ];
}

/** In milliseconds. Without bindings: the first response is an error, but after all of the Worker has started. */
async function cpuTimeOfStart(script: Buffer): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "startup-"));
  const port = await freePort();
  writeFileSync(join(folder, "index.js"), script);
  writeFileSync(join(folder, "config.capnp"), configOf(port));
  const child = spawn(workerdPath(), ["serve", join(folder, "config.capnp")], { stdio: "ignore" });
  const exit = once(child, "exit");
  try {
    await until("workerd", () => fetch(`http://127.0.0.1:${port}/api/health`).then(Boolean, () => false));
    return cpuTimeOf(child.pid ?? 0);
  } finally {
    child.kill("SIGKILL");
    await exit;
    rmSync(folder, { recursive: true });
  }
}

/** Of all its threads. Linux counts it in nanoseconds: https://docs.kernel.org/scheduler/sched-stats.html */
function cpuTimeOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return threads.reduce((sum, time) => sum + time, 0) * MS_PER_NS;
}

/** The workerd of this checkout's wrangler. */
function workerdPath(): string {
  const require = createRequire(createRequire(import.meta.url).resolve("wrangler"));
  return (require("workerd") as { default: string }).default;
}

const configOf = (port: number) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "index.js", esModule = embed "index.js")], compatibilityDate = "2026-11-01"))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`;
