/** People at their browsers: each with cookies, storage and a screen of their own, and a console that must stay clean. */
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
  /** Lets a console message pass that belongs to what the test does: a refused request is one, for Chromium. */
  expectsInConsole: (message: RegExp) => void;
  /** Another tab of the same browser. */
  newTab: () => Promise<{ page: Page; studio: StudioPage }>;
};

export type VisitorOptions = BrowserContextOptions & {
  /** Where the app is; the shared one unless told. */
  url?: string;
  /** Signed in already as this. */
  email?: string;
  /** What the studio speaks there. */
  words?: Words;
};

let browser: Browser | undefined;

/** Gives this file a browser. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
  });
}

let visitors = 0;

/** An address nobody has used: what one test leaves behind is not there for the next. */
export function newEmail(): string {
  visitors += 1;
  return `visitor-${process.pid}-${visitors}-${Date.now().toString(36)}@example.com`;
}

/** A visitor for the length of this test. */
export async function visit({ url, email, words, ...options }: VisitorOptions = {}): Promise<Visitor> {
  if (!browser) throw new Error("useBrowser() first");
  const baseURL = url ?? inject("app").url;
  const context = await browser.newContext({
    viewport: DESKTOP,
    baseURL,
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
    // A request that a service worker answers is out of a test's reach; tests of the worker itself turn it on.
    serviceWorkers: "block",
    ...options,
  });
  context.setDefaultTimeout(TIMEOUT_MS);
  const problems = watchConsole(context, new URL(baseURL).origin);
  const allowed = [
    /Service Worker registration blocked by Playwright/,
    // A hint about speed, which a page on a busy machine gets.
    /preloaded using link preload but not used within a few seconds/,
  ];

  // Not `onTestFailed`: its hooks run after these, and find the pages closed.
  onTestFinished(async ({ task }) => {
    if (task.result?.state === "fail") await saveScreenshots(context, task.name);
    await context.close();
    const unexpected = problems.filter((problem) => !allowed.some((pattern) => pattern.test(problem)));
    expect(unexpected, "what the browser complained about").toEqual([]);
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

/** What a test that failed saw last, in `.cache/e2e`. */
async function saveScreenshots(context: BrowserContext, testName: string): Promise<void> {
  const folder = join(root, ".cache/e2e");
  await mkdir(folder, { recursive: true });
  const name = testName.replace(/\W+/g, "-").slice(0, 60);
  const shots = context
    .pages()
    .map((page, index) => page.screenshot({ path: join(folder, `${name}-${visitors}-${index}.png`) }));
  await Promise.allSettled(shots);
}

/** Without the dialog, where a test is about something else. */
async function signIn(context: BrowserContext, email: string): Promise<void> {
  const response = await context.request.post("/api/auth/dev", { data: { email } });
  expect(response.status(), "sign-in").toBe(204);
}

/** Errors, policy violations (Chromium reports them as errors) and requests to anywhere but the app. */
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
