/**
 * `npm run bench [bytes] [rows] [feel] [scroll] [painted] [lighthouse] [export] [ingest]`: what is budgeted, beside its budget. Bytes and rows unless
 * told: the others measure times or memory, on a machine with nothing else to do. Ends with 1 when something is over. What
 * a generation and a poll cost in calls and statements is held by tests/worker/budget.test.ts.
 */
import { runTool } from "../../scripts/run.ts";
import { measureBytes } from "./bytes.ts";
import { measureExport } from "./export.ts";
import { measureIngest } from "./ingest.ts";
import { isKept, lineOf, type Measure } from "./measure.ts";
import { measureFeel } from "./feel.ts";
import { measureLighthouse } from "./lighthouse.ts";
import { measurePainted } from "./painted.ts";
import { measureScroll } from "./scroll.ts";
import { measureRows } from "./rows.ts";

const PARTS: Record<string, () => Measure[] | Promise<Measure[]>> = {
  bytes: measureBytes,
  rows: measureRows,
  feel: measureFeel,
  painted: measurePainted,
  scroll: measureScroll,
  lighthouse: measureLighthouse,
  export: measureExport,
  ingest: measureIngest,
};

const told = process.argv.slice(2);
const asked = told.length > 0 ? told : ["bytes", "rows"];
const unknown = asked.find((name) => !(name in PARTS));
if (unknown !== undefined) {
  console.error(`There is no "${unknown}" to measure; there are ${Object.keys(PARTS).join(", ")}.`);
  process.exit(2);
}

await runTool("vite", ["build", "--logLevel", "warn"]);
const measures: Measure[] = [];
for (const [name, measure] of Object.entries(PARTS)) {
  if (asked.includes(name)) measures.push(...(await measure()));
}
for (const measure of measures) console.log(lineOf(measure));
process.exit(measures.every(isKept) ? 0 : 1);
