/** The operator's command for what no promise covers: here an account whose deletion began, and whose object forgot it. */
import { spawnSync } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import { environment, root } from "../../scripts/run.ts";
import { ADMIN_TOKEN, startApp, runSql } from "./support/app.ts";
import { newEmail } from "./support/browser.ts";
import { createClient } from "./support/client.ts";
import { until } from "./support/until.ts";

function run(script: string, ...args: string[]) {
  const env = { ...environment, ADMIN_TOKEN };
  return spawnSync(process.execPath, [`scripts/${script}.ts`, ...args], { cwd: root, env, encoding: "utf8" });
}

test("an account that is not gone is left alone while its deletion may be under way, and then ended", async () => {
  const app = await startApp({ tiny: true });
  onTestFinished(app.stop);
  const repair = (...args: string[]) =>
    run("repair", "--local", "--persist-to", app.stateDirectory, "--older-than", "60", ...args);
  const [leaver, stayer] = await Promise.all([
    createClient(app.url, newEmail()),
    createClient(app.url, newEmail()),
  ]);
  await Promise.all([leaver.makes("A fern"), stayer.makes("A frond")]);
  const id = (await leaver.session()).user?.id ?? "";

  await app.kill();
  const marked = (secondsAgo: number) =>
    runSql(
      app,
      `update users set email = 'deleted:' || id, deleted_at = ${Date.now() - secondsAgo * 1000} where id = '${id}'`,
    );
  await marked(0);
  const early = repair("--mend");
  expect(early.stdout, early.stderr).toBe("Nothing to mend.\n");
  await marked(3_600);
  const found = repair();
  expect(found.stdout).toBe(
    `account not gone: ${id} (npm run admin -- delete-user ${id} --yes ends it)\n1 found.\n`,
  );
  expect(found.status).toBe(1);
  const mended = repair("--mend");
  expect(mended.stdout).toMatch(/\n1 mended, 0 left\.\n$/);
  expect(mended.status).toBe(0);

  await app.start();
  expect((await leaver.session()).user, "nobody comes back to life").toBeNull();
  const { items } = await (await stayer.call("GET", "/api/generations")).json();
  expect((await stayer.call("GET", items[0].outputUrl)).status, "others are not touched").toBe(200);
  const ended = run("admin", "delete-user", id, "--yes", "--url", app.url);
  expect(ended.status, ended.stderr).toBe(0);
  await until("the user to be gone", async () => {
    return run("admin", "usage", id, "--url", app.url).stderr.includes("no such user");
  });
  await app.kill();
  expect(repair().stdout).toBe("Nothing to mend.\n");
});
