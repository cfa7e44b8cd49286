/** `npm run repair` and accounts that are being deleted. What else it finds, the chaos runs ask it for. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { D1Database, R2Bucket } from "@cloudflare/workers-types";
import { expect, it, onTestFinished } from "vitest";
import { getPlatformProxy } from "wrangler";
import { environment, root, TOOLS } from "../../scripts/run.ts";

type Stores = { DB: D1Database; OUTPUTS: R2Bucket };

const run = (...args: string[]) =>
  spawnSync(process.execPath, args, { cwd: root, env: environment, encoding: "utf8" });

/** What is in the stores of this folder, or put there, while nobody else has them open. */
async function inStores<T>(folder: string, visit: (stores: Stores) => Promise<T>): Promise<T> {
  const proxy = await getPlatformProxy<Stores>({
    configPath: join(root, "wrangler.toml"),
    persist: { path: join(folder, "v3") },
  });
  try {
    return await visit(proxy.env);
  } finally {
    await proxy.dispose();
  }
}

/** A long run only: each step starts a runtime of its own. */
it.runIf(process.env["TEST_ALL"])(
  "leaves a deletion alone while it may be under way, and ends what is left of an older one",
  { timeout: 300_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "repair-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const migrated = run(
      TOOLS.wrangler,
      "d1",
      "migrations",
      "apply",
      "DB",
      "--local",
      "--persist-to",
      folder,
    );
    expect(migrated.status, migrated.stderr).toBe(0);
    const people = { stays: null, "leaves-now": Date.now(), "left-half": Date.now() - 7_200_000 };
    await inStores(folder, async ({ DB, OUTPUTS }) => {
      for (const [id, deletedAt] of Object.entries(people)) {
        await DB.batch([
          DB.prepare("insert into users (id, email, created_at, deleted_at) values (?, ?, 0, ?)").bind(
            id,
            `${id}@example.com`,
            deletedAt,
          ),
          DB.prepare(
            "insert into identities (issuer, subject, user_id, created_at) values ('i', ?1, ?1, 0)",
          ).bind(id),
          // Whole; and one that never ended and one without its picture, which are not mended of who is going.
          ...["succeeded", "succeeded", "processing"].map((status, n) =>
            DB.prepare(
              `insert into generations (id, user_id, prompt, status, outputs, created_at)
               values (?, ?, 'p', ?, '[{"n":0,"ext":"png","width":8,"height":8}]', 0)`,
            ).bind(`${id}-${n}`, id, status),
          ),
        ]);
        for (const key of [`outputs/${id}/${id}-0/0.png`, `thumbs/${id}/${id}-0/0.webp`]) {
          await OUTPUTS.put(key, "x");
        }
      }
    });

    const repair = (...args: string[]) =>
      run("scripts/repair.ts", "--local", "--persist-to", folder, ...args, "--mend");
    const mended = repair();
    expect(mended.stdout.split("\n").toSorted().join("\n"), mended.stderr).toBe(
      [
        "",
        "3 mended, 0 left.",
        "account not gone: left-half (npm run admin -- delete-user left-half --yes ends it)",
        "row without object: stays-1",
        "without end: stays-2",
      ].join("\n"),
    );

    await inStores(folder, async ({ DB, OUTPUTS }) => {
      const statuses = await DB.prepare(
        "select user_id, group_concat(status) as statuses from generations group by user_id order by user_id",
      ).all();
      expect(statuses.results).toEqual([
        { user_id: "leaves-now", statuses: "succeeded,succeeded,processing" },
        { user_id: "stays", statuses: "succeeded,failed,failed" },
      ]);
      const { results } = await DB.prepare("select user_id from identities order by user_id").all();
      expect(results).toEqual([{ user_id: "leaves-now" }, { user_id: "stays" }]);
      const { objects } = await OUTPUTS.list();
      expect(objects.map(({ key }) => key.split("/").slice(0, 2).join("/"))).toEqual([
        "outputs/leaves-now",
        "outputs/stays",
        "thumbs/leaves-now",
        "thumbs/stays",
      ]);
      const left = await DB.prepare("select count(*) as n from users").first("n");
      expect(left, "its object is asked by the row that is left").toBe(3);
      await OUTPUTS.put("outputs/stays/stored-while-d1-was-out/0.png", "the only copy");
    });

    const early = repair("--older-than", "0");
    expect(early.stdout).toContain(
      "outputs/stays/stored-while-d1-was-out/0.png (left: its row may come yet)",
    );
    expect(early.status).toBe(1);
    await inStores(folder, async ({ OUTPUTS }) => {
      expect(await OUTPUTS.head("outputs/stays/stored-while-d1-was-out/0.png")).not.toBeNull();
    });
  },
);
