/** The commands of package.json run in every shell and end their child processes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished, test } from "vitest";
import { root } from "../../scripts/run.ts";

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** cmd.exe and sh parse these equally: no quotes, variables, globs or redirections, and no separator except `&&`. */
const PORTABLE_ARGUMENT = /^[\w./:@=-]+$/;

function isPortable(command: string): boolean {
  return command.split(" && ").every((one) => {
    const [program = "", ...args] = one.split(" ");
    const isKnown = ["node", "npm", "git"].includes(program);
    const isTool = existsSync(join(root, "node_modules/.bin", program));
    return program !== "" && (isKnown || isTool) && args.every((arg) => PORTABLE_ARGUMENT.test(arg));
  });
}

test.each(Object.entries(scripts))("npm run %s works in cmd.exe and in sh", (_, command) => {
  expect(isPortable(command), command).toBe(true);
});

it.each([
  "exec node a.ts",
  "rm -rf dist",
  "A=1 node a.ts",
  "node a.ts; node b.ts",
  "node a.ts > out",
  "node 'a.ts'",
  "node $A",
])("detects that %s is not portable", (command) => {
  expect(isPortable(command)).toBe(false);
});

/** Runs `npm start` in a package whose script starts a child like `scripts/start.ts`. */
function startWithNpm(child: string) {
  const folder = mkdtempSync(join(tmpdir(), "npm-scripts-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const childPath = join(folder, "child.mjs");
  writeFileSync(childPath, child);
  const run = pathToFileURL(join(root, "scripts/run.ts")).href;
  const script = `import { exitOf, start } from ${JSON.stringify(run)};
process.exit(await exitOf(start(${JSON.stringify(childPath)}, [])));`;
  writeFileSync(join(folder, "start.mjs"), script);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: { start: "node start.mjs" } }));
  const npm = spawn("npm", ["start", "--silent"], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter) },
  });
  const group = npm.pid ?? 0;
  onTestFinished(() => {
    if (hasProcesses(group)) process.kill(-group, "SIGKILL");
  });
  return { npm, group, exit: once(npm, "exit") };
}

function hasProcesses(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

const RUNNING = `setInterval(() => {}, 1000); console.log("running");`;

test.skipIf(process.platform === "win32")("the script's children end when npm is stopped", async () => {
  const { npm, group } = startWithNpm(RUNNING);
  await once(npm.stdout, "data");
  npm.kill("SIGTERM");
  await expect.poll(() => hasProcesses(group), { timeout: 10_000 }).toBe(false);
});

test.skipIf(process.platform === "win32")("a script exits with its child's exit code", async () => {
  const { exit } = startWithNpm("process.exit(3);");
  expect(await exit).toEqual([3, null]);
});
