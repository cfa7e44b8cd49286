/** Lighthouse's scores with its mobile settings, median of three, of the built studio on the real Worker. */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

type PageOf = { name: string; path: string; cookie?: string; least: Partial<Record<Category, number>> };

export async function measureLighthouse(): Promise<Measure[]> {
  const app = await startApp();
  try {
    return await measurePages(app);
  } finally {
    await app.stop();
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
    { name: "/", path: "/", least: all },
    { name: "gallery", path: "/gallery", cookie: maker.cookie, least: { ...all, performance: 95 } },
    {
      name: "share page",
      path: new URL(shared).pathname,
      // A link is for those who were given it: the page asks search engines to stay away, and scores no more than 60.
      least: { performance: 95, accessibility: 100, "best-practices": 100 },
    },
  ];
  const measures: Measure[] = [];
  for (const page of pages) {
    const reports: Report[] = [];
    for (let run = 0; run < RUNS; run += 1) reports.push(await look(app.url + page.path, page.cookie));
    const of = (read: (report: Report) => number | undefined) =>
      median(reports.map((report) => read(report) ?? Number.NaN));
    const audit = (name: string) => of(({ audits }) => audits[name]?.numericValue);
    measures.push(
      ...CATEGORIES.map((category) => ({
        what: `${page.name}, ${category}`,
        value: Math.round(100 * of(({ categories }) => categories[category].score ?? Number.NaN)),
        unit: "of 100",
        ...(page.least[category] !== undefined && { least: page.least[category] }),
      })),
      { what: `${page.name}, LCP`, value: audit("largest-contentful-paint"), unit: "ms", limit: 1_200 },
      { what: `${page.name}, TBT`, value: audit("total-blocking-time"), unit: "ms", limit: 20 },
      { what: `${page.name}, CLS`, value: audit("cumulative-layout-shift"), unit: "", limit: 0.02 },
    );
  }
  return measures;
}

async function look(url: string, cookie?: string): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "lighthouse-"));
  const path = join(folder, "report.json");
  try {
    execFileSync(
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
      { env: { ...environment, CHROME_PATH: ensureChromium() }, stdio: ["ignore", "ignore", "inherit"] },
    );
    return JSON.parse(await readFile(path, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
