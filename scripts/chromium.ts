/** The browser of the end-to-end tests: one that is there, or Debian's. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { homedir, platform } from "node:os";
import { delimiter, join } from "node:path";

const COMMANDS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Where Playwright puts the browsers it downloads, and the program inside one of their folders. */
const PLAYWRIGHT_CACHES: Partial<Record<NodeJS.Platform, string>> = {
  linux: join(homedir(), ".cache/ms-playwright"),
  darwin: join(homedir(), "Library/Caches/ms-playwright"),
  win32: join(homedir(), "AppData/Local/ms-playwright"),
};
const PLAYWRIGHT_PROGRAMS = [
  "chrome-linux64/chrome",
  "chrome-linux/chrome",
  "chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
  "chrome-mac/Chromium.app/Contents/MacOS/Chromium",
  "chrome-win64/chrome.exe",
  "chrome-win/chrome.exe",
];

const isRoot = process.getuid?.() === 0;

/** A sandbox cannot be set up by root, and none of the rest is what a test is about. */
export const CHROMIUM_FLAGS = [
  ...(isRoot ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

const MISSING = `No Chromium found, and the end-to-end tests need one. Any of these will do:
  - set CHROME_PATH to the program
  - install it: apt-get install chromium, brew install --cask chromium
  - npx playwright-core install chromium`;

/** The path of a Chromium, or null. A CHROME_PATH that leads nowhere is an error: someone meant it. */
export function findChromium(): string | null {
  const told = process.env["CHROME_PATH"];
  if (told) {
    if (isProgram(told)) return told;
    throw new Error(`CHROME_PATH is ${told}, which is not a program.`);
  }
  return onPath() ?? fromPlaywright();
}

/** As `findChromium`; where there is none, root on a Debian gets its package. */
export function ensureChromium(): string {
  const found = findChromium();
  if (found) return found;
  if (isRoot && existsSync("/etc/debian_version")) {
    console.log("No Chromium found: installing Debian's package.");
    const command = "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium";
    spawnSync("sh", ["-c", command], {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new Error(MISSING);
}

function onPath(): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command)));
  return candidates.find(isProgram) ?? null;
}

function fromPlaywright(): string | null {
  const cache = process.env["PLAYWRIGHT_BROWSERS_PATH"] ?? PLAYWRIGHT_CACHES[platform()];
  if (!cache || !existsSync(cache)) return null;
  const newestFirst = readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)));
  const candidates = newestFirst.flatMap((name) =>
    PLAYWRIGHT_PROGRAMS.map((path) => join(cache, name, path)),
  );
  return candidates.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
