/** The budgets of a build, in bytes after gzip. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { environment, root, TOOLS } from "../../scripts/run.ts";
import type { Figure } from "./figure.ts";

const KB = 1000;
const gzip = (bytes: Uint8Array) => gzipSync(bytes, { level: 9 }).byteLength;

function run(tool: keyof typeof TOOLS, args: string[]): void {
  execFileSync(process.execPath, [TOOLS[tool], ...args], { cwd: root, env: environment, stdio: "pipe" });
}

/** What the page loads before anybody does anything: scripts, module preloads, stylesheets. */
function firstLoad(): Figure[] {
  const html = readFileSync(join(root, "dist/index.html"), "utf8");
  const linked = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(js|css))"/g)];
  const sizeOf = (kind: string) =>
    linked
      .filter(([, , extension]) => extension === kind)
      .reduce((sum, [, path]) => sum + gzip(readFileSync(join(root, "dist", path as string))), 0);
  return [
    { what: "first load, JavaScript", value: sizeOf("js"), unit: "B gzip", most: 20 * KB },
    { what: "first load, CSS", value: sizeOf("css"), unit: "B gzip", most: 8 * KB },
  ];
}

function workerBundle(): Figure {
  const folder = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    run("wrangler", ["deploy", "--dry-run", "--outdir", folder]);
    return {
      what: "Worker bundle",
      value: gzip(readFileSync(join(folder, "index.js"))),
      unit: "B gzip",
      most: 150 * KB,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Of the build in `dist`. */
export function measureBytes(): Figure[] {
  return [...firstLoad(), workerBundle()];
}
