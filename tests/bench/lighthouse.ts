/**
 * Lighthouse scores of the built studio in `wrangler dev`, with mobile settings, median of three: in wall-clock time and in
 * CPU time. Lighthouse multiplies task times by four, including the time that a thread waits for a processor, which
 * Chromium, Lighthouse and the Worker share. An empty page is measured first, as the baseline of the machine.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type App, startApp } from "../e2e/support/app.ts";
import { createClient } from "../e2e/support/client.ts";
import { CATEGORIES, type Category, type Visit, visit } from "./lighthouse-run.ts";
import { type Measure, median } from "./measure.ts";

const RUNS = 3;
const IMAGES = 50;
const CPU_TIME = ", CPU time";

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
  const client = await createClient(app.url, "lighthouse@example.com");
  let last = "";
  for (let n = 1; n <= IMAGES; n += 1) {
    last = (await client.makes(`A field of tulips, row ${n}`)).id;
    await client.isIdle();
  }
  const shared = (await (await client.call("POST", `/api/generations/${last}/share`, {})).json())
    .url as string;
  const all = { performance: 100, accessibility: 100, "best-practices": 100, seo: 100 };
  const pages: PageOf[] = [
    { name: "/", url: `${app.url}/`, least: all },
    { name: "gallery", url: `${app.url}/gallery`, cookie: client.cookie, least: { ...all, performance: 95 } },
    {
      name: "share page",
      url: app.url + new URL(shared).pathname,
      // Shared pages are not indexed (noindex), which limits the SEO score to 60.
      least: { performance: 95, accessibility: 100, "best-practices": 100 },
    },
  ];
  const measures: Measure[] = [];
  for (const page of pages) measures.push(...(await measure(page)));
  return measures;
}

async function measure({ name, url, cookie, least }: PageOf): Promise<Measure[]> {
  const visits: Visit[] = [];
  for (let run = 0; run < RUNS; run += 1) visits.push(await visit(url, cookie));
  const of = (read: (visit: Visit) => number | null | undefined) =>
    median(visits.map((one) => read(one) ?? Number.NaN));
  const score = (category: Category, clock: keyof Visit = "wallTime"): Measure => ({
    what: `${name}, ${category}${clock === "cpuTime" ? CPU_TIME : ""}`,
    value: Math.round(100 * of((one) => one[clock].categories[category].score)),
    unit: "of 100",
    ...(least?.[category] !== undefined && { least: least[category] }),
  });
  const audit = (what: string, id: string, unit: string, limit: number, clock: keyof Visit): Measure => ({
    what: `${name}, ${what}${clock === "cpuTime" ? CPU_TIME : ""}`,
    value: of((one) => one[clock].audits[id]?.numericValue),
    unit,
    ...(least && { limit }),
  });
  const times = (clock: keyof Visit) => [
    audit("LCP", "largest-contentful-paint", "ms", 1_200, clock),
    audit("TBT", "total-blocking-time", "ms", 20, clock),
  ];
  return [
    ...CATEGORIES.map((category) => score(category)),
    ...times("wallTime"),
    audit("CLS", "cumulative-layout-shift", "", 0.02, "wallTime"),
    score("performance", "cpuTime"),
    ...times("cpuTime"),
  ];
}
