/** `npm run costs` writes docs/costs.md and docs/scaling.md from docs/data. `--check` only checks that they are current. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { costsPage, scalingPage } from "./costs/pages.ts";
import { root } from "./run.ts";

for (const [name, text] of [
  ["docs/costs.md", costsPage()],
  ["docs/scaling.md", scalingPage()],
] as const) {
  const path = join(root, name);
  if (!process.argv.includes("--check")) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    console.error(`${name} is not current. Run: npm run costs`);
    process.exitCode = 1;
  }
}
