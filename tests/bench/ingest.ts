/**
 * Memory of the Worker's isolate while one image is copied into R2: with a Content-Length (streamed) and without one
 * (held in parts of 5 MiB). Garbage is collected before each sample, so that only bytes in use count.
 */
import { startApp } from "../e2e/support/app.ts";
import { createClient } from "../e2e/support/client.ts";
import { freePort } from "../e2e/support/processes.ts";
import { watchHeap } from "./heap.ts";
import type { Measure } from "./measure.ts";

const MIB = 1024 * 1024;
const SIZES_MIB = [1, 10, 50];
const LIMIT_MIB = 16;
const SAMPLE_EVERY_MS = 100;
const IDLE_SAMPLES = 10;
/** Fewer samples could miss the peak. */
const LEAST_SAMPLES = 5;

export async function measureIngest(): Promise<Measure[]> {
  const inspector = await freePort();
  const app = await startApp({ flags: ["--inspector-port", String(inspector)] });
  try {
    const client = await createClient(app.url, "ingest@example.com");
    // The first image loads code and schemas that the later ones share.
    await client.makes("First image");
    const heap = await watchHeap(inspector, { collects: true, everyMs: SAMPLE_EVERY_MS });
    const measures: Measure[] = [];
    for (const size of SIZES_MIB) {
      for (const mood of ["", ",output-no-length"]) {
        await client.isIdle();
        const before = await heap.idle(IDLE_SAMPLES);
        heap.begin();
        await client.makes(`Image [mood:output-large=${size}${mood}]`);
        const { peak, samples } = heap.range();
        const length = mood === "" ? "with" : "without";
        measures.push(
          {
            what: `ingest of ${size} MiB ${length} length: peak`,
            value: (peak - before) / MIB,
            unit: "MiB",
            limit: LIMIT_MIB,
          },
          {
            what: `ingest of ${size} MiB ${length} length: samples`,
            value: samples,
            unit: "",
            least: LEAST_SAMPLES,
          },
        );
      }
    }
    heap.stop();
    return measures;
  } finally {
    await app.stop();
  }
}
