import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { gzipSync } from "node:zlib";
import { type Context, Hono } from "hono";
import { pngHeader } from "./art/png.ts";
import type { Ledger } from "./ledger.ts";
import { isUpscaler, type Size, sizeOf } from "./models.ts";
import { moodNumber, withoutMarkers } from "./moods.ts";
import type { Painter } from "./painter.ts";
import { usesMood, type Prediction, type Predictions } from "./predictions.ts";
import { countOutputs } from "./present.ts";
import { hash } from "./random.ts";
import { SAMPLES } from "./samples.ts";

const MIB = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const TINY_SIDE = 64;

type Parts = { predictions: Predictions; painter: Painter; ledger: Ledger; outputTtlSeconds: number };
type OutputRecord = ReturnType<Ledger["output"]>;

function sizeFor(prediction: Prediction): Size {
  const size = sizeOf(prediction.model, prediction.input, prediction.reference);
  if (!prediction.moods.has("output-tiny")) return size;
  const scale = TINY_SIDE / Math.max(size.width, size.height);
  return { width: Math.round(size.width * scale), height: Math.round(size.height * scale) };
}

/** Empty for a model that takes none. */
function promptOf({ input }: Prediction): string {
  return typeof input["prompt"] === "string" ? withoutMarkers(input["prompt"]) : "";
}

/** Without a seed, the id gives each prediction its own image. */
function seedFor(prediction: Prediction, index: number): number {
  const { seed } = prediction.input;
  return (typeof seed === "number" ? seed : hash(prediction.id)) + index;
}

/** Waits until the client has read, which limits memory. False: the connection is closed. */
async function write(out: ServerResponse, chunk: Uint8Array, record: OutputRecord): Promise<boolean> {
  if (out.destroyed || out.socket?.destroyed) return false;
  record.add(chunk);
  if (!out.write(chunk)) {
    const waiting = new AbortController();
    const { signal } = waiting;
    await Promise.race([once(out, "drain", { signal }), once(out, "close", { signal })]).catch(
      () => undefined,
    );
    // Removes the other listener: a large output would add thousands.
    waiting.abort();
  }
  return !out.destroyed;
}

async function writeFiller(
  out: ServerResponse,
  size: Size,
  bytes: number,
  bytesPerSecond: number,
  record: OutputRecord,
) {
  const header = pngHeader(size.width, size.height);
  let left = bytes - header.byteLength;
  if (!(await write(out, header, record))) return;
  const filler = Buffer.alloc(CHUNK_BYTES, 0x5a);
  while (left > 0) {
    if (!(await write(out, filler.subarray(0, Math.min(left, CHUNK_BYTES)), record))) return;
    left -= CHUNK_BYTES;
    if (Number.isFinite(bytesPerSecond)) await pause((1000 * CHUNK_BYTES) / bytesPerSecond);
  }
}

async function sendHalf(out: ServerResponse, bytes: Buffer, record: OutputRecord): Promise<void> {
  await write(out, bytes.subarray(0, bytes.byteLength >> 1), record);
  // Lets the first half arrive before the socket is destroyed.
  await pause(20);
  out.destroy();
}

async function send(
  out: ServerResponse,
  prediction: Prediction,
  bytes: Buffer,
  type: string,
  record: OutputRecord,
) {
  const { moods } = prediction;
  out.setHeader("content-type", type);
  if (moods.has("output-endless")) {
    const rate = moodNumber(moods, "output-endless", 1) * MIB;
    return writeFiller(out, sizeFor(prediction), Number.POSITIVE_INFINITY, rate, record);
  }
  if (moods.has("output-large")) {
    const size = Math.floor(moodNumber(moods, "output-large", 65) * MIB);
    if (!moods.has("output-no-length")) out.setHeader("content-length", size);
    await writeFiller(out, sizeFor(prediction), size, Number.POSITIVE_INFINITY, record);
    out.end();
    return;
  }
  if (moods.has("output-gzip")) {
    const packed = gzipSync(bytes);
    out.setHeader("content-encoding", "gzip");
    out.setHeader("content-length", packed.byteLength);
    record.add(bytes);
    out.end(packed);
    return;
  }
  if (moods.has("output-cut")) return sendHalf(out, bytes, record);
  if (!moods.has("output-no-length")) out.setHeader("content-length", bytes.byteLength);
  if (moods.has("output-short")) return sendHalf(out, bytes, record);
  await write(out, bytes, record);
  out.end();
}

/** Null: no redirect. */
function redirectOf(c: Context, { moods }: Prediction): string | null {
  if (moods.has("output-redirect-foreign")) return "https://evil-skytells.ai.example/0.png";
  if (moods.has("output-redirect-loop")) return c.req.path;
  return moods.has("output-redirect") && c.req.query("moved") === undefined ? `${c.req.path}?moved=1` : null;
}

export function createOutputs({ predictions, painter, ledger, outputTtlSeconds }: Parts) {
  function find(id: string, index: number): Prediction | null {
    const prediction = predictions.get(id);
    if (prediction?.status !== "succeeded" || prediction.completedAt === null) return null;
    if (Date.now() > prediction.completedAt + outputTtlSeconds * 1000) return null;
    return index < countOutputs(prediction) ? prediction : null;
  }

  return new Hono<{ Bindings: HttpBindings }>().get("/:id/:file{[0-9]\\.[a-z]+}", async (c) => {
    const { id, file } = c.req.param();
    const index = Number(file.charAt(0));
    const prediction = find(id, index);
    const record = ledger.output(`${id}/${file}`);
    if (
      prediction === null ||
      usesMood(prediction, "output-404", Number.POSITIVE_INFINITY) ||
      usesMood(prediction, "output-404-once", 1)
    ) {
      return c.text("Not found", 404);
    }
    if (usesMood(prediction, "output-500-once", 1)) return c.text("Try again", 500);
    const target = redirectOf(c, prediction);
    if (target !== null) return c.redirect(target, 302);
    const hasMood = (mood: string) => usesMood(prediction, mood, Number.POSITIVE_INFINITY);
    if (hasMood("output-empty")) return c.body("", 200, { "content-type": "image/png" });
    const { moods } = prediction;
    const isBroken = moods.has("output-broken") && index === moodNumber(moods, "output-broken", 1);
    const sample = isBroken
      ? SAMPLES["output-html"]
      : Object.entries(SAMPLES).find(([mood]) => hasMood(mood))?.[1];
    const bytes =
      sample?.bytes ??
      (await painter.paint({
        prompt: promptOf(prediction),
        seed: seedFor(prediction, index),
        ...sizeFor(prediction),
        reference: prediction.reference,
        isUpscale: isUpscaler(prediction.model),
      }));
    const type = sample?.type ?? "image/png";
    // Hono builds the response to HEAD itself, so nothing may be written to the socket.
    if (c.req.method === "HEAD") {
      return c.body(null, 200, { "content-type": type, "content-length": String(bytes.byteLength) });
    }
    await send(c.env.outgoing, prediction, bytes, type, record);
    record.end();
    return RESPONSE_ALREADY_SENT;
  });
}
