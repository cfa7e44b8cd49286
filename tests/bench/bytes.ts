/** Sizes of the build, gzipped. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "../../scripts/run.ts";
import { bundle, isMcpOrOAuth, lazyModules } from "./bundle.ts";
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

function workerBundles(): Measure[] {
  const lazy = lazyModules();
  const measures = [
    { what: "Worker, what starts with an isolate", emptied: lazy, limit: 160 * KIB },
    {
      what: "Worker, with MCP and OAuth",
      emptied: lazy.filter((name) => !isMcpOrOAuth(name)),
      limit: 260 * KIB,
    },
    { what: "Worker, whole", emptied: [], limit: 268 * KIB },
  ];
  return measures.map(({ what, emptied, limit }) => ({
    what,
    value: gzip(bundle(emptied)),
    unit: "B gzip",
    limit,
  }));
}
