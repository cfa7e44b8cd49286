/**
 * `npm test`: all tests except the long ones, which `--all` adds. Other arguments go to vitest
 * (`npm test -- --project "worker*"`). The last line is always `N passed, N failed`, with `, N skipped` if there are any.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium } from "./chromium.ts";
import { environment, exitOf, root, runTool, startTool } from "./run.ts";

type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
};

const report = join(root, ".cache/test-report.json");
const args = process.argv.slice(2).filter((argument) => argument !== "--all");
const isLong = process.argv.includes("--all");

/** Arguments replace the default selection. */
const selection = args.length > 0 || isLong ? args : ["--project", "!e2e more"];

const env = { ...environment, STUDIO_BUILT: "1" };
if (isLong) Object.assign(env, { TEST_ALL: "1" });
if (needsBrowser()) Object.assign(env, { CHROME_PATH: ensureChromium() });

await runTool("vite", ["build", "--logLevel", "warn"]);
rmSync(report, { force: true });
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const code = await exitOf(startTool("vitest", ["run", ...reporters, ...selection], env));
console.log(`\n${summary()}`);
process.exit(code);

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

/** A file that did not load, or an error outside of the tests, counts as one failure. */
function summary(): string {
  if (!existsSync(report)) return "0 passed, 1 failed";
  const results = JSON.parse(readFileSync(report, "utf8")) as Report;
  const notLoaded = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((result) => result.status === "failed"),
  ).length;
  const failed = results.numFailedTests + notLoaded;
  const skipped = results.numPendingTests + results.numTodoTests;
  return [
    `${results.numPassedTests} passed`,
    `${failed === 0 && code !== 0 ? 1 : failed} failed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(", ");
}
