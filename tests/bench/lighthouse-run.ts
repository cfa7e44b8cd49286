/** Runs Lighthouse once on a page, with its mobile settings and a new Chromium. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { CHROMIUM_FLAGS, ensureChromium } from "../../scripts/chromium.ts";
import { environment } from "../../scripts/run.ts";
import { convertToCpuTime } from "./cpu-time.ts";

/** Downloaded by npx on demand: it is larger than all other dependencies together. */
const LIGHTHOUSE = "lighthouse@13.5.0";
export const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;
export type Category = (typeof CATEGORIES)[number];

export type Report = {
  categories: Record<Category, { score: number | null }>;
  audits: Record<string, { numericValue?: number }>;
};

/** Reports in wall-clock time and in the main thread's CPU time. */
export type Visit = { wallTime: Report; cpuTime: Report };

/** `cookie` (`name=value`) is set in the browser, because WebSocket requests need it too. */
export async function visit(url: string, cookie?: string): Promise<Visit> {
  const folder = await mkdtemp(join(tmpdir(), "lighthouse-"));
  const artifacts = join(folder, "artifacts");
  try {
    const browser = await open(join(folder, "profile"), url, cookie);
    try {
      await lighthouse(url, `-G=${artifacts}`, `--port=${browser.port}`);
    } finally {
      await browser.close();
    }
    const wallTime = await audit(url, artifacts);
    const path = join(artifacts, "trace.json");
    const trace = JSON.parse(await readFile(path, "utf8"));
    convertToCpuTime(trace.traceEvents);
    await writeFile(path, JSON.stringify(trace));
    return { wallTime, cpuTime: await audit(url, artifacts) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function audit(url: string, artifacts: string): Promise<Report> {
  const path = join(artifacts, "report.json");
  await lighthouse(url, `-A=${artifacts}`, "--output=json", `--output-path=${path}`);
  return JSON.parse(await readFile(path, "utf8"));
}

/** Not synchronous: this process may serve the page. */
async function lighthouse(url: string, ...options: string[]): Promise<void> {
  const settings = ["--quiet", `--only-categories=${CATEGORIES.join(",")}`];
  await promisify(execFile)("npx", ["--yes", LIGHTHOUSE, url, ...settings, ...options], { env: environment });
}

/** Starts Chromium with an empty profile and this cookie. */
async function open(profile: string, url: string, cookie?: string) {
  const flags = [
    "--headless=new",
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    ...CHROMIUM_FLAGS,
  ];
  const process = spawn(ensureChromium(), flags, { stdio: ["ignore", "ignore", "pipe"] });
  const port = await new Promise<string>((resolve, reject) => {
    process.once("exit", () => reject(new Error("Chromium exited before its debugging port was open.")));
    createInterface(process.stderr).on("line", (line) => {
      const found = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  if (cookie !== undefined) {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const [name = "", value = ""] = cookie.split("=");
    await browser.contexts()[0]?.addCookies([{ name, value, url }]);
    // Closes the connection, not the browser.
    await browser.close();
  }
  return {
    port,
    async close() {
      const ended = once(process, "exit");
      process.kill();
      await ended;
    },
  };
}
