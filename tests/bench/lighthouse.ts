/**
 * Lighthouse's scores with its mobile settings, median of three, of the built studio on the real Worker. An empty page
 * comes first: what it gets is the machine's share of every number below, and where Chromium, Lighthouse and the Worker
 * share two cores that is a good part of it.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CHROMIUM_FLAGS, ensureChromium } from "../../scripts/chromium.ts";
import { environment } from "../../scripts/run.ts";
import { type App, startApp } from "../e2e/support/app.ts";
import { createClient } from "../e2e/support/client.ts";
import { type Measure, median } from "./measure.ts";

/** Fetched when it is asked for: with all that it brings it is larger than everything else here. */
const LIGHTHOUSE = "lighthouse@13.5.0";
const RUNS = 3;
const PICTURES = 50;
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;
type Category = (typeof CATEGORIES)[number];

type Report = {
  categories: Record<Category, { score: number | null }>;
  audits: Record<string, { numericValue?: number }>;
};

type PageOf = { name: string; url: string; cookie?: string; least?: Partial<Record<Category, number>> };

const EMPTY =
  '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Empty</title><p>Nothing';

export async function measureLighthouse(): Promise<Measure[]> {
  const app = await startApp();
  try {
    return [...(await measureEmpty()), ...(await measurePages(app))];
  } finally {
    await app.stop();
  }
}

async function measureEmpty(): Promise<Measure[]> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end(EMPTY);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    return await measure({
      name: "an empty page",
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    });
  } finally {
    server.close();
  }
}

async function measurePages(app: App): Promise<Measure[]> {
  const maker = await createClient(app.url, "lighthouse@example.com");
  let last = "";
  for (let n = 1; n <= PICTURES; n += 1) {
    last = (await maker.makes(`A field of tulips, row ${n}`)).id;
    await maker.isIdle();
  }
  const shared = (await (await maker.call("POST", `/api/generations/${last}/share`, {})).json())
    .url as string;
  const all = { performance: 100, accessibility: 100, "best-practices": 100, seo: 100 };
  const pages: PageOf[] = [
    { name: "/", url: `${app.url}/`, least: all },
    { name: "gallery", url: `${app.url}/gallery`, cookie: maker.cookie, least: { ...all, performance: 95 } },
    {
      name: "share page",
      url: app.url + new URL(shared).pathname,
      // A link is for those who were given it: the page asks search engines to stay away, and scores no more than 60.
      least: { performance: 95, accessibility: 100, "best-practices": 100 },
    },
  ];
  const measures: Measure[] = [];
  for (const page of pages) measures.push(...(await measure(page)));
  return measures;
}

async function measure({ name, url, cookie, least }: PageOf): Promise<Measure[]> {
  const reports: Report[] = [];
  for (let run = 0; run < RUNS; run += 1) reports.push(await look(url, cookie));
  const of = (read: (report: Report) => number | undefined) =>
    median(reports.map((report) => read(report) ?? Number.NaN));
  const audit = (what: string, id: string, unit: string, limit: number): Measure => ({
    what: `${name}, ${what}`,
    value: of(({ audits }) => audits[id]?.numericValue),
    unit,
    ...(least && { limit }),
  });
  return [
    ...CATEGORIES.map((category) => ({
      what: `${name}, ${category}`,
      value: Math.round(100 * of(({ categories }) => categories[category].score ?? Number.NaN)),
      unit: "of 100",
      ...(least?.[category] !== undefined && { least: least[category] }),
    })),
    audit("LCP", "largest-contentful-paint", "ms", 1_200),
    audit("TBT", "total-blocking-time", "ms", 20),
    audit("CLS", "cumulative-layout-shift", "", 0.02),
  ];
}

async function look(url: string, cookie?: string): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "lighthouse-"));
  const path = join(folder, "report.json");
  try {
    // Not in one go: the empty page is this very process'.
    await promisify(execFile)(
      "npx",
      [
        "--yes",
        LIGHTHOUSE,
        url,
        "--quiet",
        "--output=json",
        `--output-path=${path}`,
        `--only-categories=${CATEGORIES.join(",")}`,
        `--chrome-flags=--headless=new ${CHROMIUM_FLAGS.join(" ")}`,
        ...(cookie === undefined ? [] : [`--extra-headers=${JSON.stringify({ cookie })}`]),
      ],
      { env: { ...environment, CHROME_PATH: ensureChromium() } },
    );
    return JSON.parse(await readFile(path, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
