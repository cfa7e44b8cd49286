/** Finds Chromium for the end-to-end tests, or installs Debian's package. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { homedir, platform } from "node:os";
import { delimiter, join } from "node:path";

const COMMANDS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The folders of Playwright's downloads, and the paths of the program in them. */
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

/** Root cannot use the sandbox. The other flags turn off what tests do not need. */
export const CHROMIUM_FLAGS = [
  ...(isRoot ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

const MISSING = `No Chromium found. The end-to-end tests need one; choose one way:
  - set CHROME_PATH to the program
  - install it: apt-get install chromium, brew install --cask chromium
  - npx playwright-core install chromium`;

/** The path of Chromium, or null. A wrong CHROME_PATH is an error. */
export function findChromium(): string | null {
  const configured = process.env["CHROME_PATH"];
  if (configured) {
    if (isProgram(configured)) return configured;
    throw new Error(`CHROME_PATH is ${configured}, which is not a program.`);
  }
  return onPath() ?? fromPlaywright();
}

/** Like `findChromium`, but on Debian root installs the package if there is none. */
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
