/** The commands of package.json: what every shell can run, and what they leave behind when they are stopped. */
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

/** cmd.exe and sh read these alike: no quotes, variables, globs, redirections, separators but `&&`. */
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
])("does not take %s for portable", (command) => {
  expect(isPortable(command)).toBe(false);
});

/** Runs `npm start` of a package whose script starts a child as `scripts/start.ts` does. */
function startedByNpm(child: string) {
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

test.skipIf(process.platform === "win32")("stopping npm ends the children of its script", async () => {
  const { npm, group } = startedByNpm(RUNNING);
  await once(npm.stdout, "data");
  npm.kill("SIGTERM");
  await expect.poll(() => hasProcesses(group), { timeout: 10_000 }).toBe(false);
});

test.skipIf(process.platform === "win32")(
  "a script that npm runs ends with its child's exit code",
  async () => {
    const { exit } = startedByNpm("process.exit(3);");
    expect(await exit).toEqual([3, null]);
  },
);
