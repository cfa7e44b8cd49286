/**
 * What an export of a thousand pictures takes, through the real door: whether each part is a whole zip file to a tool that
 * does not know us, and how much the Worker's isolate holds meanwhile. Needs `unzip`. What a part costs in calls is held by
 * tests/worker/export-stream.test.ts.
 */
import { execFileSync } from "node:child_process";
import { createWriteStream, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { R2Bucket } from "@cloudflare/workers-types";
import { getPlatformProxy } from "wrangler";
import { root } from "../../scripts/run.ts";
import type { ExportParts } from "../../worker/api/schemas/export.ts";
import { type App, startApp } from "../e2e/support/app.ts";
import { createClient } from "../e2e/support/client.ts";
import { freePort } from "../e2e/support/processes.ts";
import { watchHeap } from "./heap.ts";
import type { Measure } from "./measure.ts";

const PICTURES = 1_000;
const PICTURE_BYTES = 512 * 1024;
const PART = 250;
const MIB = 1024 * 1024;
/** Of 125 MiB that go through it for a part: what is there besides garbage, and with it what Cloudflare allows. */
const HELD_LIMIT_MIB = 16;
const HEAP_LIMIT_MIB = 128e6 / MIB;
const SETTLED_BYTES = (PART * PICTURE_BYTES) / 3;

export async function measureExport(): Promise<Measure[]> {
  const inspector = await freePort();
  const app = await startApp({ flags: ["--inspector-port", String(inspector)] });
  try {
    const client = await createClient(app.url, "export@example.com");
    const userId = (await client.session()).user?.id ?? "";
    await app.kill();
    await seed(app, userId);
    await app.start();
    const heap = await watchHeap(inspector);
    const { parts } = (await (await client.call("GET", "/api/account/export")).json()) as ExportParts;

    const before = heap.now();
    const ranges: { peak: number; floor: number }[] = [];
    let files = 0;
    const startedAt = Date.now();
    for (const { part, url } of parts) {
      const answer = await fetch(`${app.url}${url}`, { headers: { cookie: client.cookie } });
      const file = join(app.stateDirectory, `part-${part}.zip`);
      heap.begin();
      let taken = 0;
      await pipeline(
        Readable.fromWeb(answer.body as never),
        async function* (chunks: AsyncIterable<Uint8Array>) {
          for await (const chunk of chunks) {
            if (taken < SETTLED_BYTES && taken + chunk.length >= SETTLED_BYTES) heap.settled();
            taken += chunk.length;
            yield chunk;
          }
        },
        createWriteStream(file),
      );
      ranges.push(heap.range());
      // Ends with an error where a sum is wrong or the directory does not fit.
      execFileSync("unzip", ["-tq", file]);
      const names = execFileSync("unzip", ["-Z1", file], { encoding: "utf8", maxBuffer: 10 * MIB });
      files += names.trim().split("\n").length - 1;
      rmSync(file);
    }
    const seconds = (Date.now() - startedAt) / 1000;
    heap.stop();
    return [
      { what: "export of 1,000 pictures: parts", value: parts.length, unit: "", limit: PICTURES / PART },
      { what: "export: pictures that unzip finds whole", value: files, unit: "", least: PICTURES },
      { what: "export: heap before", value: before / MIB, unit: "MiB" },
      ...ranges.flatMap(({ peak, floor }, index) => [
        {
          what: `export: held in part ${index + 1}`,
          value: floor / MIB,
          unit: "MiB",
          limit: HELD_LIMIT_MIB,
        },
        {
          what: `export: with garbage, at peak in part ${index + 1}`,
          value: peak / MIB,
          unit: "MiB",
          limit: HEAP_LIMIT_MIB,
        },
      ]),
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
    const bytes = randomBytes(PICTURE_BYTES);
    // One after the other: many at once are more than the way into miniflare takes.
    for (let i = 1; i <= PICTURES; i += 1) {
      bytes.writeUint32BE(i);
      await OUTPUTS.put(`outputs/${userId}/export-${i}/0.png`, bytes);
    }
  } finally {
    await proxy.dispose();
  }
}
