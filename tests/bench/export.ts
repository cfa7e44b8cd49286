/**
 * What an export of a thousand pictures takes, through the real door: whether each part is a whole zip file to a tool that
 * does not know us, what it reads of R2, and how much the Worker's process grows meanwhile. Needs Linux and `unzip`.
 */
import { execFileSync } from "node:child_process";
import { createWriteStream, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { R2Bucket } from "@cloudflare/workers-types";
import { getPlatformProxy } from "wrangler";
import { root } from "../../scripts/run.ts";
import type { ExportParts } from "../../worker/contract.ts";
import { type App, startApp } from "../e2e/support/app.ts";
import { createClient } from "../e2e/support/client.ts";
import type { Measure } from "./measure.ts";

const PICTURES = 1_000;
const PICTURE_BYTES = 1024 * 1024;
const PART = 250;
const MIB = 1024 * 1024;
/** Of the 250 MiB of a part; what is left over is garbage that V8 has not collected yet. */
const GROWTH_LIMIT_MIB = 64;
const SAMPLE_EVERY_MS = 50;

export async function measureExport(): Promise<Measure[]> {
  const app = await startApp();
  try {
    const client = await createClient(app.url, "export@example.com");
    const userId = (await client.session()).user?.id ?? "";
    await app.kill();
    await seed(app, userId);
    await app.start();
    const { parts } = (await (await client.call("GET", "/api/account/export")).json()) as ExportParts;

    const before = memoryOf(app);
    let peak = before;
    const sampling = setInterval(() => {
      peak = Math.max(peak, memoryOf(app));
    }, SAMPLE_EVERY_MS);
    const after: number[] = [];
    let files = 0;
    const startedAt = Date.now();
    for (const { part, url } of parts) {
      const answer = await fetch(`${app.url}${url}`, { headers: { cookie: client.cookie } });
      const file = join(app.stateDirectory, `part-${part}.zip`);
      await pipeline(Readable.fromWeb(answer.body as never), createWriteStream(file));
      // Ends with an error where a sum is wrong or the directory does not fit.
      execFileSync("unzip", ["-tq", file]);
      const names = execFileSync("unzip", ["-Z1", file], { encoding: "utf8", maxBuffer: 10 * MIB });
      files += names.trim().split("\n").length - 1;
      rmSync(file);
      after.push(memoryOf(app));
    }
    clearInterval(sampling);
    const seconds = (Date.now() - startedAt) / 1000;
    const grown = ((after.at(-1) ?? 0) - (after[0] ?? 0)) / MIB;
    return [
      { what: "export of 1,000 pictures: parts", value: parts.length, unit: "", limit: PICTURES / PART },
      { what: "export: pictures that unzip finds whole", value: files, unit: "", least: PICTURES },
      {
        what: `export: growth at peak, ${PICTURE_BYTES / MIB} MiB each`,
        value: (peak - before) / MIB,
        unit: "MiB",
        limit: GROWTH_LIMIT_MIB,
      },
      { what: "export: growth from the first part to the last", value: grown, unit: "MiB" },
      { what: "export: with unzip's look at each part", value: seconds, unit: "s" },
    ];
  } finally {
    await app.stop();
  }
}

/** A thousand pictures of this user, in D1 and R2, while the Worker is down. */
async function seed({ stateDirectory }: App, userId: string): Promise<void> {
  const proxy = await getPlatformProxy<{ DB: D1Database; OUTPUTS: R2Bucket }>({
    configPath: join(root, "wrangler.toml"),
    persist: { path: join(stateDirectory, "v3") },
  });
  try {
    const { DB, OUTPUTS } = proxy.env;
    await DB.prepare(
      `insert into generations (id, user_id, prompt, status, output_url, outputs, created_at, completed_at)
       with recursive number(i) as (select 1 union all select i + 1 from number where i < ?2)
       select 'export-' || i, ?1, 'A picture to take along', 'succeeded', '/images/export-' || i || '/0',
              '[{"n":0,"ext":"png","width":1024,"height":1024}]', i * 60000, i * 60000 + 4000 from number`,
    )
      .bind(userId, PICTURES)
      .run();
    const bytes = new Uint8Array(PICTURE_BYTES);
    for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    for (let i = 1; i <= PICTURES; i += 1) {
      new DataView(bytes.buffer).setUint32(0, i);
      await OUTPUTS.put(`outputs/${userId}/export-${i}/0.png`, bytes);
    }
  } finally {
    await proxy.dispose();
  }
}

/** Resident memory of the app's workerd, with the R2 and D1 in it, in bytes. */
function memoryOf({ stateDirectory }: App): number {
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, parent = ""] = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
        return [{ pid, parent, command: readFileSync(`/proc/${pid}/cmdline`, "utf8") }];
      } catch {
        return [];
      }
    });
  const family = new Set(
    processes.filter(({ command }) => command.includes(stateDirectory)).map(({ pid }) => pid),
  );
  for (let size = -1; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  return processes
    .filter(({ pid, command }) => family.has(pid) && command.includes("workerd"))
    .reduce((sum, { pid }) => sum + residentOf(pid), 0);
}

function residentOf(pid: string): number {
  try {
    const [, kib = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kib) * 1024;
  } catch {
    return 0;
  }
}
