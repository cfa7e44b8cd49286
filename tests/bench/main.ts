/**
 * `npm run bench`: the budgets of a build, each figure beside its limit. Ends with 1 when one is over. Bytes are
 * always measured; `-- --feel` adds how fast the studio answers (Chromium, processor four times slower), and
 * `-- --lighthouse` the page scores. What a generation, a poll and a gallery page cost in calls, statements and rows
 * is held by tests/worker/budget.test.ts.
 */
import { parseArgs } from "node:util";
import { runTool } from "../../scripts/run.ts";
import { startApp } from "../e2e/support/app.ts";
import { measureBytes } from "./bytes.ts";
import { measureFeel } from "./feel.ts";
import { type Figure, isKept, lineOf } from "./figure.ts";
import { measureLighthouse } from "./lighthouse.ts";

const { values } = parseArgs({
  options: { feel: { type: "boolean", default: false }, lighthouse: { type: "boolean", default: false } },
});

await runTool("vite", ["build", "--logLevel", "warn"]);
const figures: Figure[] = measureBytes();
if (values.feel || values.lighthouse) {
  const app = await startApp();
  try {
    if (values.feel) figures.push(...(await measureFeel(app)));
    if (values.lighthouse) figures.push(...(await measureLighthouse(app)));
  } finally {
    await app.stop();
  }
}
console.log(figures.map(lineOf).join("\n"));
process.exit(figures.every(isKept) ? 0 : 1);
