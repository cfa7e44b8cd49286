/** The text of docs/costs.md and docs/scaling.md. */
import { databasesAt, firstLimitAt, LIMITS } from "./limits.ts";
import { assumed, chargesOf, measured, monthAt, priceTable, usageOf } from "./model.ts";

const SIZES = [1e3, 1e5, 1e7] as const;
const PRODUCTS = [...new Set(Object.values(priceTable.prices).map(({ product }) => product))];

const count = (value: number) => value.toLocaleString("en-US");
const dollars = (value: number) => {
  if (value === 0) return "0";
  if (value < 0.0001) return "< 0.0001";
  const digits = value < 0.1 ? 4 : value < 10 ? 2 : 0;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
};
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const chargesFor = (charges: Record<string, number>, product: string) =>
  sum(
    Object.entries(priceTable.prices)
      .filter(([, price]) => price.product === product)
      .map(([name]) => charges[name] ?? 0),
  );

export function costsPage(): string {
  const usage = usageOf(1000, 1000, 0);
  const charges = chargesOf(usage, false);
  const months = SIZES.map(monthAt);
  const perThousand = Object.entries(priceTable.prices)
    .filter(([name]) => name !== "objectGb")
    .map(([name, { product, what }]) => [
      product,
      what,
      count(Math.round((usage[name] ?? 0) * 100) / 100),
      dollars(charges[name] ?? 0),
    ]);
  const monthly = PRODUCTS.map((product) => [
    product,
    ...months.map((month) => dollars(chargesFor(month, product))),
  ]);
  const total = months.map((month) => dollars(sum(Object.values(month)) + priceTable.planPerMonth));
  return `# Costs

Written by \`npm run costs\`. What Cloudflare charges, in US dollars. **Skytells' own price for each image is left out**: it depends
on the model, and its bill comes from Skytells.

Prices of ${priceTable.date} (\`docs/data/prices.json\`). Source:
${priceTable.source}.
Check them before you rely on them.

## 1,000 generations

At the price above the included amounts. Storage is that of one month.

${table(["product", "what", "amount", "dollars"], perThousand)}
| all | | | ${dollars(sum(Object.values(charges)))} |

## A month

By generations a day, after ${assumed.monthsKept} months in which all images were kept. The included amounts are subtracted.

${table(["product", ...SIZES.map((size) => `${count(size)} a day`)], monthly)}
| Workers Paid plan | ${SIZES.map(() => dollars(priceTable.planPerMonth)).join(" | ")} |
| all | ${total.join(" | ")} |

## What is measured and what is assumed

- Measured by \`tests/worker/operation-counts.test.ts\` on local workerd: requests, rows, R2 operations and transformations of a
  generation of one image (with both webhooks, and the deletion of its job a day later) and of the first opening of a gallery of
  48. The test fails when \`docs/data/operation-counts.json\` is not what it measures.
- Assumed, in \`docs/data/cost-assumptions.json\`: ${assumed.galleriesPerGeneration} openings of a gallery and ${assumed.originalsPerGeneration} views of the original for each generation, \
${assumed.originalMb} MB
  for each original, ${assumed.cpuMsPerRequest} ms of CPU time for each request, ${assumed.objectSecondsPerGeneration} s of an active object for each generation. Change them and run the script again.
- Assumed too: each use of the Images binding is billed as one unique transformation.
- Not counted: sockets and polls, failed and repeated requests, API keys and webhooks of users, exports, the small variant that a
  gallery makes of older images, and logs.
`;
}

const when = (days: number) => {
  if (days === 0) return "at once";
  if (!Number.isFinite(days)) return "never";
  if (days < 1.5) return "after a day";
  if (days >= 730) return `after ${count(Math.round(days / 365))} years`;
  return `after ${days < 10 ? Math.round(days * 10) / 10 : count(Math.round(days))} days`;
};

export function scalingPage(): string {
  const first = SIZES.map((size) => {
    const limit = firstLimitAt(size);
    return [
      count(size),
      limit?.name ?? "none",
      limit ? when(limit.daysAt(size)) : "",
      limit?.step ?? "",
      count(databasesAt(size)),
    ] as const;
  });
  const all = LIMITS.map(({ name, value, daysAt, step }) => [
    name,
    value,
    ...SIZES.map((size) => when(daysAt(size))),
    step,
  ]);
  return `# Scaling

Written by \`npm run costs\`. Which limit a studio reaches first, by generations a day, and which step removes it. Computed from the
operations of a generation that \`tests/worker/operation-counts.test.ts\` measures; no studio of this size was run.

## The first limit

${table(["generations a day", "limit", "reached", "step", "databases after a year"], first)}

## All limits

${table(["limit", "value", ...SIZES.map((size) => `${count(size)} a day`), "step"], all)}

## How it is computed

- A generation writes to D1 in ${measured.generation.d1RoundTrips - 1} round trips and takes about ${assumed.d1KbPerGeneration} KB there, with its indexes. A database runs one statement at a time. A write
  of ${assumed.d1MsPerWrite} ms and a peak of ${assumed.peakToAverage} times the average are assumed (\`docs/data/cost-assumptions.json\`).
- An object serves one user, so more users do not load it more. It keeps the job of a generation for a day, so it does not grow.
- Workers and R2 have no limit for requests or for the size of a bucket that a studio reaches.
- Skytells' limits are not known. A create that it rejects with 429 is repeated later ([reliability.md](reliability.md)).

## More than one database

The code asks for a database by the user or by the shard in a share token, and share tokens and API keys carry their shard.
[storage.md](storage.md#d1) lists what must change for a second database: the sign-in, the admission's statement, the operator's
lists, and the search for the user of a prediction.
`;
}
