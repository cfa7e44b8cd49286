/** Which limit of Cloudflare a studio reaches first. */
import { assumed, measured } from "./model.ts";

export type Limit = {
  name: string;
  value: string;
  /** Days until it is reached: 0 is at once, infinite is never. */
  daysAt: (perDay: number) => number;
  step: string;
};

const DATABASE_GB = 10;
const SECONDS_PER_DAY = 24 * 60 * 60;
const gbPerDay = (perDay: number) => (perDay * assumed.d1KbPerGeneration) / 1e6;
/** How busy so many writes for each generation keep one database at the peak. 1: all the time. */
const loadOf = (perDay: number, perGeneration: number) =>
  (((perDay * perGeneration) / SECONDS_PER_DAY) * assumed.peakToAverage * assumed.d1MsPerWrite) / 1000;
/** One round trip of a generation reads, the others write. */
const WRITES = measured.generation.d1RoundTrips - 1;
const REQUESTS = measured.generation.objectRequests + measured.generation.alarms;

export const LIMITS: readonly Limit[] = [
  {
    name: "Size of a D1 database",
    value: `${DATABASE_GB} GB`,
    daysAt: (perDay) => DATABASE_GB / gbPerDay(perDay),
    step: "more databases: `shardOf` in `worker/db/client.ts`",
  },
  {
    name: "Writes of a D1 database",
    value: `${1000 / assumed.d1MsPerWrite} a second`,
    daysAt: (perDay) => (loadOf(perDay, WRITES) > 1 ? 0 : Number.POSITIVE_INFINITY),
    step: "more databases: `shardOf` in `worker/db/client.ts`",
  },
  {
    name: "Writes of the day's count, in the common database",
    value: `${1000 / assumed.d1MsPerWrite} a second`,
    daysAt: (perDay) => (loadOf(perDay, 1) > 1 ? 0 : Number.POSITIVE_INFINITY),
    step: "a count in each database, added up",
  },
  {
    name: "D1 storage of an account",
    value: "1 TB",
    daysAt: (perDay) => 1000 / gbPerDay(perDay),
    step: "a higher limit from Cloudflare, or old rows in R2",
  },
  {
    name: "Requests of one object",
    value: "1,000 a second",
    daysAt: () =>
      (assumed.generationsPerUserAndDay * REQUESTS * assumed.peakToAverage) / SECONDS_PER_DAY > 1000
        ? 0
        : Number.POSITIVE_INFINITY,
    step: "none: an object serves one user",
  },
];

/** The limit that is reached first; null: none. */
export function firstLimitAt(perDay: number): Limit | null {
  const [first] = LIMITS.toSorted((a, b) => a.daysAt(perDay) - b.daysAt(perDay));
  return first && Number.isFinite(first.daysAt(perDay)) ? first : null;
}

/** How many databases hold the generations of a year and their writes. */
export function databasesAt(perDay: number): number {
  return Math.ceil(Math.max((365 * gbPerDay(perDay)) / DATABASE_GB, loadOf(perDay, WRITES)));
}
