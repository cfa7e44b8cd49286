/** `npm start` in a new checkout: what it prints, and whether the studio answers. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { environment } from "../../scripts/run.ts";
import { freePort } from "../e2e/support/processes.ts";
import { copyCheckout, removeCheckout } from "./support/checkout.ts";

const MAX_LINES = 12;
/** Most cases run in `npm run test:all`: each one builds the studio. */
const isLong = process.env["TEST_ALL"] !== undefined;

function newCheckout(): string {
  const folder = copyCheckout();
  onTestFinished(() => removeCheckout(folder));
  return folder;
}

type Run = { output: () => string; has: (text: string) => Promise<void>; exited: Promise<number | null> };

function runStart(folder: string, env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, ["scripts/start.ts"], {
    cwd: folder,
    env: { ...environment, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => stop(child));
  let output = "";
  const { promise: exited, resolve } = Promise.withResolvers<number | null>();
  child.once("close", resolve);
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  return {
    output: () => output,
    exited,
    has: (text) =>
      new Promise((found, failed) => {
        const check = () => output.includes(text) && found();
        listeners.add(check);
        check();
        void exited.then((code) => failed(new Error(`Exit code ${code}:\n${output}`)));
      }),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exited;
}

test.runIf(isLong)(
  "npm start prints the addresses, the sign-in and how to stop, in a few lines",
  {
    timeout: 120_000,
  },
  async () => {
    const [port, simulatorPort] = [await freePort(), await freePort()];
    const run = runStart(newCheckout(), { PORT: String(port), SIMULATOR_PORT: String(simulatorPort) });
    await run.has("--verbose");
    const page = await fetch(`http://localhost:${port}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("<title>");
    const session = await fetch(`http://localhost:${port}/api/session`);
    expect(session.status).toBe(200);
    const lines = run.output().trim().split("\n");
    expect(lines.length, run.output()).toBeLessThanOrEqual(MAX_LINES);
    for (const part of [
      `http://localhost:${port}`,
      `:${simulatorPort}/v1`,
      "Database   ready",
      "Ctrl+C",
      "no email is sent",
    ]) {
      expect(run.output()).toContain(part);
    }
  },
);

test.runIf(isLong)(
  "npm start prints the error of a failed build and exits with its code",
  {
    timeout: 60_000,
  },
  async () => {
    const folder = newCheckout();
    writeFileSync(join(folder, "frontend/app.tsx"), 'import "./missing-module.ts";\n');
    const run = runStart(folder);
    expect(await run.exited).toBe(1);
    expect(run.output()).toContain("missing-module.ts");
  },
);

test("npm start exits when its port is in use", async () => {
  const server = createServer().listen(0, "localhost");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const run = runStart(newCheckout(), { PORT: String(port) });
  expect(await run.exited).toBe(1);
  expect(run.output()).toBe(
    `Port ${port} is in use. Is the studio running already? PORT sets another port.\n`,
  );
});

test.runIf(isLong)(
  "npm start prints the error of a failed migration and exits with its code",
  {
    timeout: 60_000,
  },
  async () => {
    const folder = newCheckout();
    writeFileSync(join(folder, "migrations/9999_broken.sql"), "create tabel broken;\n");
    const run = runStart(folder);
    expect(await run.exited).toBe(1);
    expect(run.output()).toContain('near "tabel": syntax error');
  },
);

test.runIf(isLong)("npm start prints the Worker's errors", { timeout: 60_000 }, async () => {
  const folder = newCheckout();
  writeFileSync(join(folder, ".dev.vars"), 'SESSION_SECRET=""\n');
  const run = runStart(folder, { PORT: String(await freePort()), SIMULATOR_PORT: String(await freePort()) });
  await run.has("SESSION_SECRET");
});
