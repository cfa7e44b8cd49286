/** `npm run doctor`: checks a studio, and says how to fix what is wrong. See USAGE. */
import { parseArgs } from "node:util";
import { findStudio } from "./admin/client.ts";
import { examine, isHealthy, linesOf } from "./admin/examine.ts";

const USAGE = `npm run doctor [-- https://studio.example] [--json]

Checks settings, bindings, migrations, D1, R2, Images, Durable Objects, the Skytells key and models, the clock, and whether a
webhook reaches the studio from here. Without an address: the studio on this machine.

The token is ADMIN_TOKEN from the environment, locally from .dev.vars. --json prints one line per check.

Exit codes: 0 nothing is wrong, 1 something is, 2 wrong usage, 3 the studio cannot be reached.`;

const { values, positionals } = read();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (positionals.length > 1) fail(2, USAGE);
const studio = findStudio(positionals[0] ?? values.url);
if (!studio.ok) fail(studio.code, studio.message);
const checks = await examine(studio.value);
if (!checks.ok) fail(checks.code, checks.message);
const lines = values.json ? checks.value.map((check) => JSON.stringify(check)) : linesOf(checks.value);
console.log(lines.join("\n"));
process.exitCode = isHealthy(checks.value) ? 0 : 1;

function read() {
  try {
    return parseArgs({
      options: {
        url: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    fail(2, `${error instanceof Error ? error.message : "Wrong usage."}\n\n${USAGE}`);
  }
}

function fail(code: number, message: string): never {
  console.error(message);
  process.exit(code);
}
