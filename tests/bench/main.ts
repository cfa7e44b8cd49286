/**
 * `npm run bench -- [bytes] [rows] [feel] [scroll] [painted] [lighthouse] [export] [ingest]`: measurements and their
 * budgets. The default is bytes and rows; the others measure times or memory and need an idle machine. Exits with 1 if a
 * budget is exceeded. tests/worker/budget.test.ts limits the calls and statements of a generation and a poll.
 */
import { runTool } from "../../scripts/run.ts";
import { measureBytes } from "./bytes.ts";
import { measureExport } from "./export.ts";
import { measureIngest } from "./ingest.ts";
import { isWithinBudget, lineOf, type Measure } from "./measure.ts";
import { measureFeel } from "./feel.ts";
import { measureLighthouse } from "./lighthouse.ts";
import { measurePainted } from "./painted.ts";
import { measureScroll } from "./scroll.ts";
import { measureStartup } from "./startup.ts";
import { measureRows } from "./rows.ts";

const MEASUREMENTS: Record<string, () => Measure[] | Promise<Measure[]>> = {
  bytes: measureBytes,
  rows: measureRows,
  feel: measureFeel,
  painted: measurePainted,
  scroll: measureScroll,
  startup: measureStartup,
  lighthouse: measureLighthouse,
  export: measureExport,
  ingest: measureIngest,
};

const names = process.argv.slice(2);
const selected = names.length > 0 ? names : ["bytes", "rows"];
const unknown = selected.find((name) => !(name in MEASUREMENTS));
if (unknown !== undefined) {
  console.error(
    `There is no measurement "${unknown}". Choose from: ${Object.keys(MEASUREMENTS).join(", ")}.`,
  );
  process.exit(2);
}

await runTool("vite", ["build", "--logLevel", "warn"]);
const measures: Measure[] = [];
for (const [name, measure] of Object.entries(MEASUREMENTS)) {
  if (selected.includes(name)) measures.push(...(await measure()));
}
for (const measure of measures) console.log(lineOf(measure));
process.exit(measures.every(isWithinBudget) ? 0 : 1);
