/**
 * `npm run licenses` writes docs/third-party.md from package-lock.json. `--check` only checks that it is current. Both fail
 * if a license is not accepted.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.ts";

type Entry = { version?: string; license?: string; dev?: boolean; optional?: boolean };

/** Accepted for tools only: sharp's native library, a dependency of wrangler. */
const TOOLS_ONLY = /^LGPL-3\.0-or-later$/;
/** Permissive licenses. MPL has conditions only for changes to the library itself; CC-BY is used for data. */
const ACCEPTED =
  /^(?:MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|CC-BY-4\.0|MPL-2\.0|Python-2\.0|Zlib)$/;
/** A development dependency whose files are part of the built studio. */
const BUILT_IN = ["lucide-static"];

const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  packages: Record<string, Entry>;
};
// Entries without a license were added by `npm run lock`: builds of listed packages for other platforms.
const packages = Object.entries(lock.packages)
  .filter(([path, { license }]) => path !== "" && license !== undefined)
  .map(([path, entry]) => ({ ...entry, name: path.slice(path.lastIndexOf("node_modules/") + 13) }));
const isDistributed = (entry: (typeof packages)[number]) =>
  BUILT_IN.includes(entry.name) || (!entry.dev && !entry.optional);

const row = ({ name, version, license }: (typeof packages)[number]) =>
  `| ${name} | ${version} | ${license} |`;
const table = (entries: typeof packages) =>
  ["| package | version | license |", "| --- | --- | --- |", ...new Set(entries.map(row).sort())].join("\n");

const text = `# Third-party software

Written by \`npm run licenses\` from package-lock.json.

## In the built studio and Worker

${table(packages.filter(isDistributed))}

## To build and test

${table(packages.filter((entry) => !isDistributed(entry)))}
`;

const rejected = packages.filter((entry) => !isAccepted(entry));
for (const { name, version, license } of rejected)
  console.error(`${name} ${version}: ${license} is not accepted`);
if (rejected.length > 0) process.exitCode = 1;

const path = join(root, "docs/third-party.md");
if (!process.argv.includes("--check")) writeFileSync(path, text);
else if (readFileSync(path, "utf8") !== text) {
  console.error("docs/third-party.md is not current. Run: npm run licenses");
  process.exitCode = 1;
}

/** One license of "A OR B", and both of "A AND B", must be accepted. */
function isAccepted(entry: (typeof packages)[number]): boolean {
  const isAllowed = (one: string) => ACCEPTED.test(one) || (!isDistributed(entry) && TOOLS_ONLY.test(one));
  const choices = (entry.license ?? "").replace(/[()]/g, "").split(" OR ");
  return choices.some((choice) => choice.split(" AND ").every((one) => isAllowed(one.trim())));
}
