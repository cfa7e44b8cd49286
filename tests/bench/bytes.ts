/** Sizes of the build, gzipped. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { environment, root, TOOLS } from "../../scripts/run.ts";
import type { Measure } from "./measure.ts";

const KB = 1000;
const gzip = (bytes: Uint8Array) => gzipSync(bytes, { level: 9 }).byteLength;

export function measureBytes(): Measure[] {
  return [...firstLoad(), ...chunks(), workerBundle()];
}

/** What the page loads before the user acts: scripts, module preloads, stylesheets and inline code. */
function firstLoad(): Measure[] {
  const html = readFileSync(join(root, "dist/index.html"), "utf8");
  const sizeOf = (extension: string, element: string) => {
    const linked = [...html.matchAll(new RegExp(`(?:src|href)="(/[^"]+\\.${extension})"`, "g"))];
    const inline = [...html.matchAll(new RegExp(`<${element}>(.+?)</${element}>`, "gs"))];
    const texts = [
      ...linked.map(([, path]) => readFileSync(join(root, "dist", path as string))),
      ...inline.map(([, text]) => Buffer.from(text as string)),
    ];
    return texts.reduce((sum, text) => sum + gzip(text), 0);
  };
  return [
    { what: "first load, JavaScript", value: sizeOf("js", "script"), unit: "B gzip", limit: 20 * KB },
    { what: "first load, CSS", value: sizeOf("css", "style"), unit: "B gzip", limit: 10 * KB },
  ];
}

/** The deferred code. A minimum size, because many small chunks cost more requests than they save bytes. */
function chunks(): Measure[] {
  const folder = join(root, "dist/assets");
  const sizes = readdirSync(folder)
    .filter((name) => name.endsWith(".js"))
    .map((name) => ({ name, bytes: gzip(readFileSync(join(folder, name))) }));
  const deferred = sizes.find(({ name }) => name.startsWith("deferred-"))?.bytes ?? Number.NaN;
  return [
    { what: "deferred code, JavaScript", value: deferred, unit: "B gzip", limit: 30 * KB },
    {
      what: "smallest chunk",
      value: Math.min(...sizes.map(({ bytes }) => bytes)),
      unit: "B gzip",
      least: KB,
    },
  ];
}

function workerBundle(): Measure {
  const folder = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    execFileSync(process.execPath, [TOOLS.wrangler, "deploy", "--dry-run", "--outdir", folder], {
      cwd: root,
      env: environment,
      stdio: "pipe",
    });
    const value = gzip(readFileSync(join(folder, "index.js")));
    return { what: "Worker bundle", value, unit: "B gzip", limit: 160 * KB };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
