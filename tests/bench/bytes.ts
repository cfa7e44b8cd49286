/** Sizes of the build, gzipped. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { environment, root, TOOLS } from "../../scripts/run.ts";
import type { Measure } from "./measure.ts";

const KB = 1000;
/** As wrangler prints the size of an upload. */
const KIB = 1024;
const gzip = (bytes: Uint8Array) => gzipSync(bytes, { level: 9 }).byteLength;

export function measureBytes(): Measure[] {
  return [...firstLoad(), ...chunks(), ...workerBundles()];
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

/** Modules under worker/ that others import with `import()`, with the first request that needs them. */
function lazyModules(): string[] {
  const worker = join(root, "worker");
  const sources = readdirSync(worker, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(?<!\.d)\.tsx?$/.test(name),
  );
  return sources.flatMap((name) => {
    const imports = readFileSync(join(worker, name), "utf8").matchAll(/\bimport\("(\.[^"]+)"\)/g);
    return [...imports].map(([, path]) => join(dirname(name), path as string));
  });
}

const isMcpOrOAuth = (name: string) => /^(?:mcp|auth\/oauth)\/|\/consent\.ts$/.test(name);

function workerBundles(): Measure[] {
  const lazy = lazyModules();
  const measures = [
    { what: "Worker, what starts with an isolate", emptied: lazy, limit: 160 * KIB },
    {
      what: "Worker, with MCP and OAuth",
      emptied: lazy.filter((name) => !isMcpOrOAuth(name)),
      limit: 260 * KIB,
    },
    { what: "Worker, whole", emptied: [], limit: 280 * KIB },
  ];
  return measures.map(({ what, emptied, limit }) => ({
    what,
    value: bundleSize(emptied),
    unit: "B gzip",
    limit,
  }));
}

/** The Worker's bundle, built from a copy in which these modules are empty. */
function bundleSize(emptied: readonly string[]): number {
  const folder = mkdtempSync(join(tmpdir(), "bundle-"));
  try {
    for (const name of ["worker", "migrations", "wrangler.toml", "package.json", "tsconfig.base.json"]) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    for (const name of ["node_modules", "dist"]) symlinkSync(join(root, name), join(folder, name));
    for (const name of emptied) {
      // Fails if there is no such module.
      const path = realpathSync(join(folder, "worker", name));
      writeFileSync(path, "export {};");
    }
    execFileSync(process.execPath, [TOOLS.wrangler, "deploy", "--dry-run", "--outdir", join(folder, "out")], {
      cwd: folder,
      env: environment,
      stdio: "pipe",
    });
    return gzip(readFileSync(join(folder, "out/index.js")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
