/** A short chaos run with a fixed seed, in `npm run test:all` a longer one: see docs/reliability.md. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { environment, root } from "../../scripts/run.ts";

const generations = process.env["TEST_ALL"] ? "120" : "40";

test("all guarantees hold in a short chaos run", { timeout: 300_000 }, () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["tests/chaos/main.ts", "--quick", "--seed", "7", "--generations", generations],
    { cwd: root, env: environment, encoding: "utf8" },
  );
  expect(status, `${stderr}\n${stdout}`).toBe(0);
});
