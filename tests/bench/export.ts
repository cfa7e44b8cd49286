/**
 * An export of 1,000 images over HTTP: whether `unzip` accepts each part, and how much memory the Worker's isolate uses.
 * tests/worker/export-stream.test.ts limits the calls of a part.
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

const IMAGES = 1_000;
const IMAGE_BYTES = 512 * 1024;
const PART = 250;
const MIB = 1024 * 1024;
/** A part is 125 MiB. Live memory, and memory including garbage, for which Cloudflare has a limit. */
const LIVE_LIMIT_MIB = 16;
const HEAP_LIMIT_MIB = 128e6 / MIB;
const SETTLED_BYTES = (PART * IMAGE_BYTES) / 3;

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
      const response = await fetch(`${app.url}${url}`, { headers: { cookie: client.cookie } });
      const file = join(app.stateDirectory, `part-${part}.zip`);
      heap.begin();
      let received = 0;
      await pipeline(
        Readable.fromWeb(response.body as never),
        async function* (chunks: AsyncIterable<Uint8Array>) {
          for await (const chunk of chunks) {
            if (received < SETTLED_BYTES && received + chunk.length >= SETTLED_BYTES) heap.settled();
            received += chunk.length;
            yield chunk;
          }
        },
        createWriteStream(file),
      );
      ranges.push(heap.range());
      // Fails if a checksum or the directory is wrong.
      execFileSync("unzip", ["-tq", file]);
      const names = execFileSync("unzip", ["-Z1", file], { encoding: "utf8", maxBuffer: 10 * MIB });
      files += names.trim().split("\n").length - 1;
      rmSync(file);
    }
    const seconds = (Date.now() - startedAt) / 1000;
    heap.stop();
    return [
      { what: "export of 1,000 images: parts", value: parts.length, unit: "", limit: IMAGES / PART },
      { what: "export: images that unzip accepts", value: files, unit: "", least: IMAGES },
      { what: "export: heap before", value: before / MIB, unit: "MiB" },
      ...ranges.flatMap(({ peak, floor }, index) => [
        {
          what: `export: live memory in part ${index + 1}`,
          value: floor / MIB,
          unit: "MiB",
          limit: LIVE_LIMIT_MIB,
        },
        {
          what: `export: peak with garbage in part ${index + 1}`,
          value: peak / MIB,
          unit: "MiB",
          limit: HEAP_LIMIT_MIB,
        },
      ]),
      { what: "export: time including unzip", value: seconds, unit: "s" },
    ];
  } finally {
    await app.stop();
  }
}

/** Adds 1,000 images of this user to D1 and R2. The Worker must not run. */
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
       select 'export-' || i, ?1, 'An exported image', 'succeeded', '/images/export-' || i || '/0',
              '[{"n":0,"ext":"png","width":1024,"height":1024}]', i * 60000, i * 60000 + 4000 from number`,
    )
      .bind(userId, IMAGES)
      .run();
    const bytes = randomBytes(IMAGE_BYTES);
    // One at a time: miniflare fails with many concurrent puts.
    for (let i = 1; i <= IMAGES; i += 1) {
      bytes.writeUint32BE(i);
      await OUTPUTS.put(`outputs/${userId}/export-${i}/0.png`, bytes);
    }
  } finally {
    await proxy.dispose();
  }
}
