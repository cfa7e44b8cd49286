/** Visitors: each has a browser context of its own. Unexpected messages in its console fail the test. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, onTestFinished } from "vitest";
import { root } from "../../../scripts/run.ts";
import { launch } from "./launch.ts";
import { createStudioPage, type StudioPage } from "./studio-page.ts";
import type { Words } from "./words.ts";

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1440, height: 900 };

const TIMEOUT_MS = 30_000;

export type Visitor = {
  context: BrowserContext;
  page: Page;
  studio: StudioPage;
  /** Allows a console message. Chromium logs each error response as an error. */
  expectsInConsole: (message: RegExp) => void;
  /** Another tab of the same browser. */
  newTab: () => Promise<{ page: Page; studio: StudioPage }>;
};

export type VisitorOptions = BrowserContextOptions & {
  /** The app's address; by default the shared app. */
  url?: string;
  /** Signs in as this user first. */
  email?: string;
  /** The text catalog of this app's build. */
  words?: Words;
};

let browser: Browser | undefined;

/** Starts a browser for the tests of this file. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
  });
}

let visitors = 0;

/** A new email address, so that no test sees another test's data. */
export function newEmail(): string {
  visitors += 1;
  return `visitor-${process.pid}-${visitors}-${Date.now().toString(36)}@example.com`;
}

/** Opens a visitor; the context closes when the test ends. */
export async function visit({ url, email, words, ...options }: VisitorOptions = {}): Promise<Visitor> {
  if (!browser) throw new Error("useBrowser() first");
  const baseURL = url ?? inject("app").url;
  const context = await browser.newContext({
    viewport: DESKTOP,
    baseURL,
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
    // Tests cannot intercept requests that a service worker handles. Tests of the service worker allow it.
    serviceWorkers: "block",
    ...options,
  });
  context.setDefaultTimeout(TIMEOUT_MS);
  const problems = watchConsole(context, new URL(baseURL).origin);
  const allowed = [
    /Service Worker registration blocked by Playwright/,
    // A warning about speed, which a busy machine causes.
    /preloaded using link preload but not used within a few seconds/,
  ];

  // Not `onTestFailed`: its hooks run after these, when the pages are closed.
  onTestFinished(async ({ task }) => {
    if (task.result?.state === "fail") await saveScreenshots(context, task.name);
    await context.close();
    const unexpected = problems.filter((problem) => !allowed.some((pattern) => pattern.test(problem)));
    expect(unexpected, "unexpected console messages").toEqual([]);
  });

  if (email !== undefined) await signIn(context, email);
  const open = async () => {
    const page = await context.newPage();
    return { page, studio: createStudioPage(page, words) };
  };
  return {
    context,
    ...(await open()),
    expectsInConsole: (message) => void allowed.push(message),
    newTab: open,
  };
}

/** Saves a screenshot of each page of a failed test in `.cache/e2e`. */
async function saveScreenshots(context: BrowserContext, testName: string): Promise<void> {
  const folder = join(root, ".cache/e2e");
  await mkdir(folder, { recursive: true });
  const name = testName.replace(/\W+/g, "-").slice(0, 60);
  const shots = context
    .pages()
    .map((page, index) => page.screenshot({ path: join(folder, `${name}-${visitors}-${index}.png`) }));
  await Promise.allSettled(shots);
}

/** Signs in without the dialog. */
async function signIn(context: BrowserContext, email: string): Promise<void> {
  const response = await context.request.post("/api/auth/dev", { data: { email } });
  expect(response.status(), "sign-in").toBe(204);
}

/** Collects console errors and warnings (policy violations too), uncaught exceptions and requests to other origins. */
function watchConsole(context: BrowserContext, origin: string): string[] {
  const problems: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      problems.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  context.on("weberror", (error) => void problems.push(`uncaught: ${String(error.error())}`));
  context.on("request", (request) => {
    const url = request.url();
    if (/^https?:/.test(url) && new URL(url).origin !== origin) problems.push(`request elsewhere: ${url}`);
  });
  return problems;
}
