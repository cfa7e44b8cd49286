/**
 * `npm run bench`: the budgets of a build, in bytes, each beside its limit. Ends with 1 when one is over. What a
 * generation, a poll and a gallery page cost in calls, statements and rows is held by tests/worker/budget.test.ts.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { environment, root, TOOLS } from "../../scripts/run.ts";

type Budget = { what: string; bytes: number; limit: number };

const KB = 1000;
const gzip = (bytes: Uint8Array) => gzipSync(bytes, { level: 9 }).byteLength;

function run(tool: keyof typeof TOOLS, args: string[]): void {
  execFileSync(process.execPath, [TOOLS[tool], ...args], { cwd: root, env: environment, stdio: "pipe" });
}

/** What the page loads before anybody does anything: scripts, module preloads, stylesheets. */
function firstLoad(): Budget[] {
  const html = readFileSync(join(root, "dist/index.html"), "utf8");
  const linked = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(js|css))"/g)];
  const sizeOf = (kind: string) =>
    linked
      .filter(([, , extension]) => extension === kind)
      .reduce((sum, [, path]) => sum + gzip(readFileSync(join(root, "dist", path as string))), 0);
  return [
    { what: "first load, JavaScript", bytes: sizeOf("js"), limit: 20 * KB },
    { what: "first load, CSS", bytes: sizeOf("css"), limit: 8 * KB },
  ];
}

function workerBundle(): Budget {
  const folder = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    run("wrangler", ["deploy", "--dry-run", "--outdir", folder]);
    return { what: "Worker bundle", bytes: gzip(readFileSync(join(folder, "index.js"))), limit: 150 * KB };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

run("vite", ["build"]);
const budgets = [...firstLoad(), workerBundle()];
for (const { what, bytes, limit } of budgets) {
  const verdict = bytes <= limit ? "ok" : "OVER";
  console.log(
    `${what.padEnd(24)} ${String(bytes).padStart(7)} B gzip  of ${String(limit).padStart(7)}  ${verdict}`,
  );
}
process.exit(budgets.every(({ bytes, limit }) => bytes <= limit) ? 0 : 1);
