import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Ledger } from "./ledger.ts";
import type { MoodStore } from "./moods.ts";
import { OUTAGE_KINDS, type Outage } from "./outage.ts";
import { hasEnded, type Prediction, type Predictions } from "./predictions.ts";
import type { Presenter } from "./present.ts";
import type { WebhookEvent, Webhooks } from "./webhooks.ts";

const MAX_WAIT_MS = 10_000;

const moodsBody = z.strictObject({
  moods: z.array(z.string()).default([]),
  probability: z.record(z.string(), z.number().min(0).max(1)).default({}),
  seed: z.int().default(1),
});
const outageBody = z.strictObject({ for: z.number().min(0), kind: z.enum(OUTAGE_KINDS) });
const resendBody = z.strictObject({
  event: z.enum(["started", "succeeded", "failed", "canceled"]).optional(),
  repeat: z.int().min(1).max(100).default(1),
});
const waitQuery = z.object({
  count: z.coerce.number().int().min(1).default(1),
  id: z.string().optional(),
  event: z.string().optional(),
  user: z.string().optional(),
  timeout: z.coerce.number().min(0).max(10).default(10),
});

type Parts = {
  predictions: Predictions;
  moodStore: MoodStore;
  ledger: Ledger;
  present: Presenter;
  webhooks: Webhooks;
  outage: Outage;
};

function eventOf(prediction: Prediction): WebhookEvent {
  const { status } = prediction;
  return status === "queued" || status === "processing" ? "started" : status;
}

async function read<T>(c: Context, schema: z.ZodType<T>): Promise<T | Response> {
  const parsed = schema.safeParse(await c.req.json().catch(() => ({})));
  return parsed.success ? parsed.data : c.json({ error: z.prettifyError(parsed.error) }, 400);
}

export function createAdmin({ predictions, moodStore, ledger, present, webhooks, outage }: Parts) {
  const admin = new Hono();

  admin.get("/moods", (c) => c.json(moodStore.current()));
  admin.put("/moods", async (c) => {
    const body = await read(c, moodsBody);
    if (body instanceof Response) return body;
    const unknown = moodStore.set(body);
    return unknown.length > 0 ? c.json({ error: "no such mood", unknown }, 400) : c.json(moodStore.current());
  });
  admin.delete("/moods", (c) => {
    moodStore.set({ moods: [], probability: {}, seed: 1 });
    return c.json(moodStore.current());
  });

  admin.put("/outage", async (c) => {
    const body = await read(c, outageBody);
    if (body instanceof Response) return body;
    outage.set(body.for, body.kind);
    return c.json({ secondsLeft: outage.secondsLeft() });
  });

  admin.get("/ledger", (c) =>
    c.json(ledger.report({ id: c.req.query("id"), prompt: c.req.query("prompt") })),
  );
  admin.post("/ledger/reset", (c) => {
    ledger.reset();
    return c.json({ ok: true });
  });

  admin.get("/webhooks/wait", async (c) => {
    const { count, id, event, user, timeout } = waitQuery.parse(c.req.query());
    const found = () => ledger.webhooks({ id, event, user });
    await ledger.until(() => found().length >= count, timeout * 1000);
    return c.json({ reached: found().length >= count, webhooks: found() });
  });

  admin.use("/predictions/:id/*", async (c, next) =>
    predictions.get(c.req.param("id")) === undefined ? c.json({ error: "no such prediction" }, 404) : next(),
  );
  const find = (c: Context): Prediction => predictions.get(c.req.param("id") ?? "") as Prediction;
  const show = (prediction: Prediction) => ({
    ...present(prediction),
    canonicalStatus: prediction.status,
    hasEnded: hasEnded(prediction),
    webhook: prediction.webhook,
    moods: Object.fromEntries(prediction.moods),
    startsAfterMs: prediction.startsAfter,
    endsAfterMs: Number.isFinite(prediction.endsAfter) ? prediction.endsAfter : null,
  });

  admin.get("/predictions/:id", async (c) => {
    const prediction = find(c);
    if (c.req.query("until") === "ended" && !hasEnded(prediction)) {
      const deadline = Promise.withResolvers<void>();
      const timer = setTimeout(deadline.resolve, MAX_WAIT_MS);
      await Promise.race([prediction.ended, deadline.promise]);
      clearTimeout(timer);
    }
    return c.json(show(prediction));
  });
  admin.post("/predictions/:id/finish", (c) => {
    predictions.finish(find(c));
    return c.json(show(find(c)));
  });
  admin.post("/predictions/:id/webhook", async (c) => {
    const prediction = find(c);
    if (prediction.webhook === null) return c.json({ error: "the prediction has no webhook" }, 409);
    const body = await read(c, resendBody);
    if (body instanceof Response) return body;
    await webhooks.resend(prediction, body.event ?? eventOf(prediction), body.repeat);
    return c.json({ webhooks: ledger.webhooks({ id: prediction.id }) });
  });
  return admin;
}
