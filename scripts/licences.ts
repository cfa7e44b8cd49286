/**
 * `npm run licences` writes docs/third-party.md from package-lock.json; with `--check` it only says whether that is
 * current, and whether every licence is one that may be used and passed on freely.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.ts";

type Entry = { version?: string; license?: string; dev?: boolean; optional?: boolean };

/** Only for tools, and not passed on: sharp's native library, which wrangler brings. */
const TOOLS_ONLY = /^LGPL-3\.0-or-later$/;
/** Permissive ones; MPL binds only who changes the library itself, CC-BY and the like are data. */
const ACCEPTED =
  /^(?:MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|CC-BY-4\.0|MPL-2\.0|Python-2\.0|Zlib)$/;
/** Its source is part of the built studio, though npm counts it among the tools. */
const BUILT_IN = ["lucide-static"];

const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  packages: Record<string, Entry>;
};
// Without a licence are the entries that `npm run lock` adds: other platforms' builds of a package that is listed.
const packages = Object.entries(lock.packages)
  .filter(([path, { license }]) => path !== "" && license !== undefined)
  .map(([path, entry]) => ({ ...entry, name: path.slice(path.lastIndexOf("node_modules/") + 13) }));
const isPassedOn = (entry: (typeof packages)[number]) =>
  BUILT_IN.includes(entry.name) || (!entry.dev && !entry.optional);

const row = ({ name, version, license }: (typeof packages)[number]) =>
  `| ${name} | ${version} | ${license} |`;
const table = (entries: typeof packages) =>
  ["| package | version | licence |", "| --- | --- | --- |", ...new Set(entries.map(row).sort())].join("\n");

const text = `# Third-party software

Written by \`npm run licences\` from package-lock.json.

## In the built studio and Worker

${table(packages.filter(isPassedOn))}

## To build and test

${table(packages.filter((entry) => !isPassedOn(entry)))}
`;

const refused = packages.filter((entry) => !isAccepted(entry));
for (const { name, version, license } of refused)
  console.error(`${name} ${version}: ${license} is not accepted`);
if (refused.length > 0) process.exitCode = 1;

const path = join(root, "docs/third-party.md");
if (!process.argv.includes("--check")) writeFileSync(path, text);
else if (readFileSync(path, "utf8") !== text) {
  console.error("docs/third-party.md is not current: npm run licences");
  process.exitCode = 1;
}

/** "A OR B" leaves the choice; "A AND B" asks for both. */
function isAccepted(entry: (typeof packages)[number]): boolean {
  const isFine = (one: string) => ACCEPTED.test(one) || (!isPassedOn(entry) && TOOLS_ONLY.test(one));
  const choices = (entry.license ?? "").replace(/[()]/g, "").split(" OR ");
  return choices.some((choice) => choice.split(" AND ").every((one) => isFine(one.trim())));
}
