import { setTimeout as pause } from "node:timers/promises";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod";
import { errorFor } from "./errors.ts";
import type { CreateEntry, Ledger } from "./ledger.ts";
import {
  type Api,
  errorBody,
  respondGatewayPage,
  closeConnection,
  respondError,
  respondTooMany,
} from "./error-responses.ts";
import { findModel } from "./models.ts";
import { CREATE_STATUSES, type MoodStore, type Moods, moodNumber } from "./moods.ts";
import type { Prediction, Predictions } from "./predictions.ts";
import type { Presenter } from "./present.ts";
import type { Random } from "./random.ts";
import { fetchReference, type Reference, referenceUrls } from "./reference.ts";

const MAX_AWAIT_MS = 60_000;
/** The receiver of an early webhook may wait for the create's response. */
const EARLY_WEBHOOK_WAIT_MS = 3000;

const webhookUrl = z.url({ protocol: /^https?$/ });
const createBody = z.object({
  model: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
  webhook: z
    .union([
      webhookUrl.transform((url) => ({ url, events: null })),
      z.object({
        url: webhookUrl,
        events: z
          .array(z.string())
          .nullish()
          .transform((events) => events ?? null),
      }),
    ])
    .nullish()
    .transform((webhook) => webhook ?? null),
  await: z.boolean().optional(),
  stream: z.boolean().optional(),
});

/** The parts that moods and ledger need, also of an invalid body. */
const looseBody = z
  .looseObject({
    model: z.string().catch(""),
    input: z.looseObject({ prompt: z.string().catch("") }).catch({ prompt: "" }),
  })
  .catch({ model: "", input: { prompt: "" } });

type Parts = {
  predictions: Predictions;
  moodStore: MoodStore;
  ledger: Ledger;
  present: Presenter;
  random: Random;
  /** Webhooks of this prediction are sent after `after`. */
  delayWebhooks: (prediction: Prediction, after: Promise<void>) => void;
  webhooksSent: (prediction: Prediction) => Promise<void>;
};

export function createCreate(parts: Parts) {
  const { predictions, moodStore, ledger, present, random } = parts;
  const used = new Set<string>();

  /** True once per mood and prompt, so that a retry succeeds. */
  function usesOnce(mood: string, prompt: string): boolean {
    const key = `${mood}\n${prompt}`;
    if (used.has(key)) return false;
    used.add(key);
    return true;
  }

  function errorIn(moods: Moods, prompt: string): { status: number; value: string } | null {
    if (moods.has("refused")) return { status: 451, value: "" };
    for (const status of CREATE_STATUSES) {
      const always = moods.get(`create-${status}`);
      if (always !== undefined) return { status, value: always };
      const once = moods.get(`create-${status}-once`);
      if (once !== undefined && usesOnce(`create-${status}`, prompt)) return { status, value: once };
    }
    const envelope = moods.get("create-envelope");
    if (envelope !== undefined) return { status: 200, value: envelope };
    return moods.has("create-html") ? { status: 502, value: moods.get("create-html") ?? "" } : null;
  }

  function respondCreateError(c: Api, moods: Moods, requested: { status: number; value: string }) {
    if (moods.has("create-html") && requested.status === 502) return respondGatewayPage(c);
    if (requested.status === 429)
      return respondTooMany(c, requested.value === "" ? "1" : requested.value, moods);
    if (requested.status === 200) return c.json(errorBody(errorFor(500), moods), 200);
    return respondError(c, errorFor(requested.status), undefined, moods);
  }

  /** After the response; without an image the prediction fails. */
  async function fetchLater(prediction: Prediction, url: string): Promise<void> {
    await pause(prediction.startsAfter);
    const fetched = await fetchReference(ledger.reference(url));
    if (fetched.ok) prediction.reference = fetched.reference;
    else predictions.fail(prediction, fetched.reason);
  }

  async function runUntilResponse(c: Api, prediction: Prediction, awaited: boolean): Promise<void> {
    const { moods, model } = prediction;
    if (moods.has("webhook-early")) {
      parts.delayWebhooks(prediction, Promise.resolve());
      if (moods.has("stuck") || moods.has("delay")) predictions.start(prediction);
      else predictions.finish(prediction);
      await Promise.race([parts.webhooksSent(prediction), pause(EARLY_WEBHOOK_WAIT_MS)]);
    } else {
      const isSlow = moods.has("answer-slow");
      const answered = new Promise<void>((resolve) => c.env.outgoing.once("close", resolve));
      parts.delayWebhooks(prediction, isSlow ? Promise.resolve() : answered);
    }
    predictions.run(prediction);
    const hasDefaultDuration = !moods.has("delay") && !moods.has("stuck") && !moods.has("slow");
    if (moods.has("terminal")) predictions.finish(prediction);
    else if (awaited) await Promise.race([prediction.ended, pause(MAX_AWAIT_MS)]);
    else if (hasDefaultDuration && random() < model.terminalProbability) await prediction.ended;
    if (moods.has("answer-slow")) await pause(moodNumber(moods, "answer-slow", 1) * 1000);
  }

  function respond(
    c: Api,
    prediction: Prediction,
    body: Record<string, unknown>,
    entry: CreateEntry,
    requested: ReturnType<typeof errorIn>,
  ) {
    const { moods } = prediction;
    const record = (name: string, response: Response) => {
      entry.answeredAs = name;
      return response;
    };
    if (moods.has("answer-lost")) return record("lost", closeConnection(c));
    if (requested !== null) return record(String(requested.status), respondCreateError(c, moods, requested));
    if (moods.has("create-unparsable")) return record("unparsable", c.text('{"id": ', 200));
    if (moods.has("create-empty")) return record("empty", c.body(null, 200));
    if (moods.has("create-status-false")) {
      return record(
        "status-false",
        c.json({ ...body, status: false, response: "The prediction is queued." }, 200),
      );
    }
    const status = ([200, 202] as const).find((code) => moods.has(`create-${code}`)) ?? 201;
    return record(String(status), c.json(body, status as ContentfulStatusCode));
  }

  return async (c: Api) => {
    const json: unknown = await c.req.json().catch(() => null);
    const parsed = createBody.safeParse(json);
    const { model: modelName, input: rawInput } = looseBody.parse(json);
    const { prompt } = rawInput;
    const moods = moodStore.draw(prompt);
    const entry = ledger.create(
      {
        id: null,
        prompt,
        model: modelName,
        input: parsed.data?.input ?? rawInput,
        webhookUrl: parsed.data?.webhook?.url ?? null,
      },
      moods,
    );
    const fail = (status: number, details?: string) => {
      entry.answeredAs = String(status);
      return respondError(c, errorFor(status), details, moods);
    };

    if (moods.has("answer-never")) {
      entry.answeredAs = "never";
      return closeConnection(c);
    }
    if (json === null) return fail(400, "The body is not JSON.");
    if (!parsed.success) return fail(422, z.prettifyError(parsed.error));
    const request = parsed.data;
    const requested = errorIn(moods, prompt);
    if (requested !== null && requested.value !== "created") {
      entry.answeredAs = String(requested.status);
      return respondCreateError(c, moods, requested);
    }
    const model = findModel(request.model);
    if (model === undefined) return fail(404, `There is no model "${request.model}".`);
    const input = model.input.safeParse(request.input);
    if (!input.success) return fail(422, z.prettifyError(input.error));

    const [referenceUrl] = moods.has("reference-held") ? [] : referenceUrls(request.input);
    const isLate = moods.has("reference-late");
    let reference: Reference | null = null;
    if (referenceUrl !== undefined && !isLate) {
      const fetched = await fetchReference(ledger.reference(referenceUrl));
      if (!fetched.ok) return fail(422, fetched.reason);
      ({ reference } = fetched);
    }

    const prediction = predictions.create({
      model,
      input: request.input,
      webhook: request.webhook,
      moods,
      reference,
    });
    entry.id = prediction.id;
    ledger.addInFlight(prediction);
    const asCreated = present(prediction);
    if (referenceUrl !== undefined && (isLate || moods.has("reference-twice"))) {
      void fetchLater(prediction, referenceUrl);
    }
    await runUntilResponse(c, prediction, request.await === true);
    // The response to a create with an early webhook was written before the prediction ended.
    const isStale = moods.has("webhook-early") && !moods.has("terminal");
    return respond(c, prediction, isStale ? asCreated : present(prediction), entry, requested);
  };
}

export type Create = ReturnType<typeof createCreate>;
