import { setTimeout as pause } from "node:timers/promises";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod";
import { refusalFor } from "./errors.ts";
import type { CreateEntry, Ledger } from "./ledger.ts";
import { type Api, errorBody, gatewayPage, hangUp, refuse, tooMany } from "./misanswers.ts";
import { findModel } from "./models.ts";
import { CREATE_STATUSES, type MoodBook, type Moods, moodNumber } from "./moods.ts";
import type { Prediction, Predictions } from "./predictions.ts";
import type { Presenter } from "./present.ts";
import type { Random } from "./random.ts";

const MAX_AWAIT_MS = 60_000;
/** A receiver that waits for our own answer must not be able to hold it for ever. */
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

/** What the moods and the ledger need even of a create that is refused. */
const glance = z
  .looseObject({
    model: z.string().catch(""),
    input: z.looseObject({ prompt: z.string().catch("") }).catch({ prompt: "" }),
  })
  .catch({ model: "", input: { prompt: "" } });

type Parts = {
  predictions: Predictions;
  book: MoodBook;
  ledger: Ledger;
  present: Presenter;
  random: Random;
  /** Says when webhooks of this prediction may go out. */
  gate: (prediction: Prediction, opens: Promise<void>) => void;
  webhooksSettled: (prediction: Prediction) => Promise<void>;
};

export function createCreate(parts: Parts) {
  const { predictions, book, ledger, present, random } = parts;
  const seen = new Set<string>();

  /** True at the first sight of this prompt only, so that a retry of it gets through. */
  function isFirst(mood: string, prompt: string): boolean {
    const key = `${mood}\n${prompt}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  }

  function statusAsked(moods: Moods, prompt: string): { status: number; value: string } | null {
    if (moods.has("refused")) return { status: 451, value: "" };
    for (const status of CREATE_STATUSES) {
      const always = moods.get(`create-${status}`);
      if (always !== undefined) return { status, value: always };
      const once = moods.get(`create-${status}-once`);
      if (once !== undefined && isFirst(`create-${status}`, prompt)) return { status, value: once };
    }
    const envelope = moods.get("create-envelope");
    if (envelope !== undefined) return { status: 200, value: envelope };
    return moods.has("create-html") ? { status: 502, value: moods.get("create-html") ?? "" } : null;
  }

  function misanswer(c: Api, moods: Moods, asked: { status: number; value: string }) {
    if (moods.has("create-html") && asked.status === 502) return gatewayPage(c);
    if (asked.status === 429) return tooMany(c, asked.value === "" ? "1" : asked.value, moods);
    if (asked.status === 200) return c.json(errorBody(refusalFor(500), moods), 200);
    return refuse(c, refusalFor(asked.status), undefined, moods);
  }

  async function runUntilAnswer(c: Api, prediction: Prediction, awaited: boolean): Promise<void> {
    const { moods, model } = prediction;
    if (moods.has("webhook-early")) {
      parts.gate(prediction, Promise.resolve());
      if (moods.has("stuck") || moods.has("delay")) predictions.start(prediction);
      else predictions.finish(prediction);
      await Promise.race([parts.webhooksSettled(prediction), pause(EARLY_WEBHOOK_WAIT_MS)]);
    } else {
      const slow = moods.has("answer-slow");
      const answered = new Promise<void>((resolve) => c.env.outgoing.once("close", resolve));
      parts.gate(prediction, slow ? Promise.resolve() : answered);
    }
    predictions.run(prediction);
    const plain = !moods.has("delay") && !moods.has("stuck") && !moods.has("slow");
    if (moods.has("terminal")) predictions.finish(prediction);
    else if (awaited) await Promise.race([prediction.ended, pause(MAX_AWAIT_MS)]);
    else if (plain && random() < model.answersTerminal) await prediction.ended;
    if (moods.has("answer-slow")) await pause(moodNumber(moods, "answer-slow", 1) * 1000);
  }

  function answer(
    c: Api,
    prediction: Prediction,
    body: Record<string, unknown>,
    entry: CreateEntry,
    asked: ReturnType<typeof statusAsked>,
  ) {
    const { moods } = prediction;
    const named = (name: string, response: Response) => {
      entry.answeredAs = name;
      return response;
    };
    if (moods.has("answer-lost")) return named("lost", hangUp(c));
    if (asked !== null) return named(String(asked.status), misanswer(c, moods, asked));
    if (moods.has("create-unparsable")) return named("unparsable", c.text('{"id": ', 200));
    if (moods.has("create-empty")) return named("empty", c.body(null, 200));
    if (moods.has("create-status-false")) {
      return named(
        "status-false",
        c.json({ ...body, status: false, response: "The prediction is queued." }, 200),
      );
    }
    const status = ([200, 202] as const).find((code) => moods.has(`create-${code}`)) ?? 201;
    return named(String(status), c.json(body, status as ContentfulStatusCode));
  }

  return async (c: Api) => {
    const json: unknown = await c.req.json().catch(() => null);
    const parsed = createBody.safeParse(json);
    const { model: modelName, input: rawInput } = glance.parse(json);
    const { prompt } = rawInput;
    const moods = book.draw(prompt);
    const entry = ledger.create(
      {
        id: null,
        prompt,
        model: modelName,
        input: rawInput,
        webhookUrl: parsed.data?.webhook?.url ?? null,
      },
      moods,
    );
    const refused = (status: number, details?: string) => {
      entry.answeredAs = String(status);
      return refuse(c, refusalFor(status), details, moods);
    };

    if (moods.has("answer-never")) {
      entry.answeredAs = "never";
      return hangUp(c);
    }
    if (json === null) return refused(400, "The body is not JSON.");
    if (!parsed.success) return refused(422, z.prettifyError(parsed.error));
    const order = parsed.data;
    const asked = statusAsked(moods, prompt);
    if (asked !== null && asked.value !== "created") {
      entry.answeredAs = String(asked.status);
      return misanswer(c, moods, asked);
    }
    const model = findModel(order.model);
    if (model === undefined) return refused(404, `There is no model "${order.model}".`);
    const input = model.input.safeParse(order.input);
    if (!input.success) return refused(422, z.prettifyError(input.error));

    const prediction = predictions.create({ model, input: order.input, webhook: order.webhook, moods });
    entry.id = prediction.id;
    ledger.enter(prediction);
    const asCreated = present(prediction);
    await runUntilAnswer(c, prediction, order.await === true);
    // After an early webhook the answer is stale, as it was under way already.
    const stale = moods.has("webhook-early") && !moods.has("terminal");
    return answer(c, prediction, stale ? asCreated : present(prediction), entry, asked);
  };
}

export type Create = ReturnType<typeof createCreate>;
