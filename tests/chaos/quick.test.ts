/** Twenty seconds of a bad day, the same one each time: see docs/reliability.md. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { environment, root } from "../../scripts/run.ts";

test("a short seeded chaos run keeps every promise", { timeout: 180_000 }, () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["tests/chaos/main.ts", "--quick", "--seed", "7"],
    { cwd: root, env: environment, encoding: "utf8" },
  );
  expect(status, `${stderr}\n${stdout}`).toBe(0);
});
