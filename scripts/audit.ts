/**
 * `npm run audit`: known vulnerabilities of the installed packages. Fails at `high` and above. Passes with a message if the
 * registry has no advisories. With a file as its argument it checks that report (`npm audit --json`).
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { root } from "./run.ts";

type Report = { metadata?: { vulnerabilities?: Record<string, number> } };

const counts = countsIn(report());
if (!counts) {
  console.log("npm audit: the registry returned no advisories, so vulnerabilities are unknown");
} else {
  console.log(`npm audit: ${JSON.stringify(counts)}`);
  if ((counts.high ?? 0) + (counts.critical ?? 0) > 0) process.exitCode = 1;
}

function report(): string {
  const file = process.argv[2];
  if (file !== undefined) return readFileSync(file, "utf8");
  const options = { cwd: root, encoding: "utf8", timeout: 120_000 } as const;
  const npm = process.env["npm_execpath"];
  // On Windows `npm` is a batch file, which spawn rejects. npm passes the path of its own script.
  const { stdout } =
    npm === undefined
      ? spawnSync("npm", ["audit", "--json"], options)
      : spawnSync(process.execPath, [npm, "audit", "--json"], options);
  return stdout ?? "";
}

function countsIn(text: string): Record<string, number> | null {
  try {
    return (JSON.parse(text) as Report).metadata?.vulnerabilities ?? null;
  } catch {
    return null;
  }
}
