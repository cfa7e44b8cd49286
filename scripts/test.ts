/**
 * `npm test`: all tests except the slow projects (`* more` and `chaos`) and the long forms, which `--all` adds. Other
 * arguments go to vitest (`npm test -- --project "worker*"`). The last line is always `N passed, N failed`, with
 * `, N skipped` if there are any.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureChromium } from "./chromium.ts";
import { environment, exitOf, root, runTool, startTool } from "./run.ts";
import type { Counts } from "./test-report.ts";

const report = join(root, ".cache/test-report.json");
const args = process.argv.slice(2).filter((argument) => argument !== "--all");
const isLong = process.argv.includes("--all");

/**
 * One run of vitest each. Arguments replace them. The long form tests in the browser follow the others, since timing
 * matters to them; the short one is mostly waiting, and runs beside the others.
 */
const selections =
  args.length > 0
    ? [args]
    : isLong
      ? [
          ["--project", "!e2e*", "--project", "!chaos"],
          ["--project", "e2e*", "--project", "chaos"],
        ]
      : [["--project", "!chaos", "--project", "!*more"]];

const env = { ...environment, STUDIO_BUILT: "1", TEST_REPORT: report };
if (isLong) Object.assign(env, { TEST_ALL: "1" });
if (needsBrowser()) Object.assign(env, { CHROME_PATH: ensureChromium() });

mkdirSync(dirname(report), { recursive: true });
await runTool("vite", ["build", "--logLevel", "warn"]);
const reporters = ["--reporter=default", `--reporter=${join(root, "scripts/test-report.ts")}`];
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const selection of selections) {
  rmSync(report, { force: true });
  const code = await exitOf(startTool("vitest", ["run", ...reporters, ...selection], env));
  const counts = readCounts();
  total.passed += counts.passed;
  total.failed += counts.failed === 0 && code !== 0 ? 1 : counts.failed;
  total.skipped += counts.skipped;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed === 0 ? 0 : 1);

/** A run that ended without a report has failed. */
function readCounts(): Counts {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  return JSON.parse(readFileSync(report, "utf8"));
}

/** True without a choice of projects, or with one that may include the end-to-end tests. */
function needsBrowser(): boolean {
  const chosen = args.flatMap((argument, index) =>
    argument === "--project"
      ? [args[index + 1] ?? ""]
      : argument.startsWith("--project=")
        ? [argument.slice(10)]
        : [],
  );
  return chosen.length === 0 || chosen.some((name) => /^[e*!]/.test(name));
}
