/**
 * `npm run bench -- [NAME…]`: measurements and their budgets, as one table. Without a name, all that has a budget except
 * the duration of `npm test`; times and memory need an idle machine. `scroll` and `export` run by name only. Exits with 1
 * if a budget is exceeded or a measurement fails.
 */
import { runTool } from "../../scripts/run.ts";
import { measureBytes } from "./bytes.ts";
import { measureCounts } from "./counts.ts";
import { measureExport } from "./export.ts";
import { measureFeel } from "./feel.ts";
import { measureIngest } from "./ingest.ts";
import { measureLighthouse } from "./lighthouse.ts";
import { HEADER, isWithinBudget, lineOf, type Measure } from "./measure.ts";
import { measurePainted } from "./painted.ts";
import { measureRows } from "./rows.ts";
import { measureScroll } from "./scroll.ts";
import { measureStartup } from "./startup.ts";

const MEASUREMENTS: Record<string, () => Measure[] | Promise<Measure[]>> = {
  bytes: measureBytes,
  counts: measureCounts,
  rows: measureRows,
  startup: measureStartup,
  ingest: measureIngest,
  feel: measureFeel,
  painted: measurePainted,
  lighthouse: measureLighthouse,
  scroll: measureScroll,
  export: measureExport,
};
const BY_NAME_ONLY = ["scroll", "export"];

const names = process.argv.slice(2);
const unknown = names.find((name) => !(name in MEASUREMENTS));
if (unknown !== undefined) {
  console.error(
    `There is no measurement "${unknown}". Choose from: ${Object.keys(MEASUREMENTS).join(", ")}.`,
  );
  process.exit(2);
}
const isSelected = (name: string) => (names.length > 0 ? names.includes(name) : !BY_NAME_ONLY.includes(name));

await runTool("vite", ["build", "--logLevel", "warn"]);
const measures: Measure[] = [];
const failed: string[] = [];
for (const [name, measure] of Object.entries(MEASUREMENTS)) {
  if (!isSelected(name)) continue;
  const startedAt = Date.now();
  try {
    measures.push(...(await measure()));
  } catch (error) {
    // The others still run.
    failed.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  console.error(`${name}: ${Math.round((Date.now() - startedAt) / 1000)} s`);
}
console.log(HEADER);
for (const measure of measures) console.log(lineOf(measure));
for (const failure of failed) console.error(`\nNot measured: ${failure}`);
process.exit(failed.length === 0 && measures.every(isWithinBudget) ? 0 : 1);
