/** What a studio uses in a month, and what Cloudflare charges for it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../run.ts";

const read = (name: string) => JSON.parse(readFileSync(join(root, "docs/data", name), "utf8")) as unknown;

type Counts = Record<
  | "workerRequests"
  | "objectRequests"
  | "alarms"
  | "objectRowsRead"
  | "objectRowsWritten"
  | "d1RoundTrips"
  | "d1RowsRead"
  | "d1RowsWritten"
  | "r2ClassA"
  | "r2ClassB"
  | "transformations",
  number
>;

/** `price`: dollars for each `unit` above `included` per month. */
export type Price = { product: string; what: string; included: number; unit: number; price: number };

export const measured = read("operation-counts.json") as { generation: Counts; galleryOf48: Counts };
export const assumed = read("cost-assumptions.json") as Record<
  | "daysPerMonth"
  | "monthsKept"
  | "galleriesPerGeneration"
  | "originalsPerGeneration"
  | "d1RowsReadPerOriginal"
  | "generationsPerUserAndDay"
  | "originalMb"
  | "variantsMb"
  | "d1KbPerGeneration"
  | "objectKbPerUser"
  | "cpuMsPerRequest"
  | "objectSecondsPerGeneration"
  | "objectGb"
  | "peakToAverage"
  | "d1MsPerWrite",
  number
>;
export const priceTable = read("prices.json") as {
  date: string;
  source: string;
  planPerMonth: number;
  prices: Record<string, Price>;
};

/** What `generations` use, `stored` of which are kept, for `users`. The keys are those of the prices. */
export function usageOf(generations: number, stored: number, users: number): Record<string, number> {
  const { generation, galleryOf48 } = measured;
  const each = (name: keyof Counts) => generation[name] + assumed.galleriesPerGeneration * galleryOf48[name];
  const originals = assumed.originalsPerGeneration;
  const workerRequests = each("workerRequests") + originals;
  const perGeneration = {
    workerRequests,
    cpuMs: workerRequests * assumed.cpuMsPerRequest,
    objectRequests: each("objectRequests") + each("alarms"),
    objectGbSeconds: assumed.objectSecondsPerGeneration * assumed.objectGb,
    objectRowsRead: each("objectRowsRead"),
    objectRowsWritten: each("objectRowsWritten"),
    d1RowsRead: each("d1RowsRead") + originals * assumed.d1RowsReadPerOriginal,
    d1RowsWritten: each("d1RowsWritten"),
    r2ClassA: each("r2ClassA"),
    r2ClassB: each("r2ClassB") + originals,
    transformations: each("transformations"),
  };
  const used = Object.entries(perGeneration).map(([name, count]) => [name, count * generations]);
  return {
    ...(Object.fromEntries(used) as Record<string, number>),
    objectGb: (users * assumed.objectKbPerUser) / 1e6,
    d1Gb: (stored * assumed.d1KbPerGeneration) / 1e6,
    r2Gb: (stored * (assumed.originalMb + assumed.variantsMb)) / 1e3,
  };
}

/** Dollars by name of the price. */
export function chargesOf(usage: Record<string, number>, isIncludedUsed: boolean): Record<string, number> {
  const charges = Object.entries(priceTable.prices).map(([name, { included, unit, price }]) => {
    const billed = Math.max(0, (usage[name] ?? 0) - (isIncludedUsed ? included : 0));
    return [name, (billed / unit) * price];
  });
  return Object.fromEntries(charges) as Record<string, number>;
}

/** The charges of a month, a year after the start. */
export function monthAt(perDay: number): Record<string, number> {
  const generations = perDay * assumed.daysPerMonth;
  const users = perDay / assumed.generationsPerUserAndDay;
  return chargesOf(usageOf(generations, generations * assumed.monthsKept, users), true);
}
