/** One visit of Lighthouse to one page, with its mobile settings, in a Chromium of its own. */
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
import { inOwnTime } from "./own-time.ts";

/** Fetched when it is asked for: with all that it brings it is larger than everything else here. */
const LIGHTHOUSE = "lighthouse@13.5.0";
export const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;
export type Category = (typeof CATEGORIES)[number];

export type Report = {
  categories: Record<Category, { score: number | null }>;
  audits: Record<string, { numericValue?: number }>;
};

/** What Lighthouse says of one visit, and what it says when each task is as long as the page's thread worked for it. */
export type Visit = { byTheClock: Report; inOwnTime: Report };

/** `cookie` is one `name=value`: it is the browser's, so that the line for pushes has it too. */
export async function visit(url: string, cookie?: string): Promise<Visit> {
  const folder = await mkdtemp(join(tmpdir(), "lighthouse-"));
  const found = join(folder, "found");
  try {
    const browser = await open(join(folder, "profile"), url, cookie);
    try {
      await lighthouse(url, `-G=${found}`, `--port=${browser.port}`);
    } finally {
      await browser.close();
    }
    const byTheClock = await judge(url, found);
    const path = join(found, "trace.json");
    const trace = JSON.parse(await readFile(path, "utf8"));
    inOwnTime(trace.traceEvents);
    await writeFile(path, JSON.stringify(trace));
    return { byTheClock, inOwnTime: await judge(url, found) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function judge(url: string, found: string): Promise<Report> {
  const path = join(found, "report.json");
  await lighthouse(url, `-A=${found}`, "--output=json", `--output-path=${path}`);
  return JSON.parse(await readFile(path, "utf8"));
}

/** Not in one go: a page may be this very process'. */
async function lighthouse(url: string, ...options: string[]): Promise<void> {
  const settings = ["--quiet", `--only-categories=${CATEGORIES.join(",")}`];
  await promisify(execFile)("npx", ["--yes", LIGHTHOUSE, url, ...settings, ...options], { env: environment });
}

/** A Chromium as people have it, with nothing in it but that cookie. */
async function open(profile: string, url: string, cookie?: string) {
  const flags = [
    "--headless=new",
    "--remote-debugging-port=0",
    `--user-data-dir=${profile}`,
    ...CHROMIUM_FLAGS,
  ];
  const process = spawn(ensureChromium(), flags, { stdio: ["ignore", "ignore", "pipe"] });
  const port = await new Promise<string>((resolve, reject) => {
    process.once("exit", () => reject(new Error("Chromium ended before it listened.")));
    createInterface(process.stderr).on("line", (line) => {
      const told = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(line)?.[1];
      if (told !== undefined) resolve(told);
    });
  });
  if (cookie !== undefined) {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const [name = "", value = ""] = cookie.split("=");
    await browser.contexts()[0]?.addCookies([{ name, value, url }]);
    // Only this connection; the browser stays.
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
