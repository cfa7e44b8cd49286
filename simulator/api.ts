import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Create } from "./create.ts";
import { envelope, FAILED_PREDICTION, type Refusal, refusalFor, UNKNOWN_PREDICTION } from "./errors.ts";
import type { Ledger } from "./ledger.ts";
import { describeModel, findModel, MODELS } from "./models.ts";
import type { MoodBook } from "./moods.ts";
import { hasEnded, meaningOf, misbehaves, type Prediction, type Predictions } from "./predictions.ts";
import type { Presenter } from "./present.ts";

type Api = Context<{ Bindings: HttpBindings }>;

const PASSING_TRIES = 3;
const DAY_MS = 86_400_000;

const page = z
  .string()
  .regex(/^\d{1,6}$/)
  .transform(Number);
const listQuery = z.object({
  page: page.pipe(z.int().min(1)).default(1),
  per_page: page.pipe(z.int().min(1).max(50)).default(20),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  model: z.string().optional(),
  status: z.string().optional(),
});
type ListQuery = z.infer<typeof listQuery>;

type Parts = {
  key: string;
  predictions: Predictions;
  book: MoodBook;
  ledger: Ledger;
  present: Presenter;
  create: Create;
};

function refuse(c: Api, refusal: Refusal, details?: string) {
  return c.json(envelope(refusal, details), refusal.status);
}

function tooMany(c: Api) {
  c.header("retry-after", "1");
  return refuse(c, refusalFor(429));
}

function matches(prediction: Prediction, query: ListQuery): boolean {
  if (query.from !== undefined && prediction.createdAt < Date.parse(query.from)) return false;
  if (query.to !== undefined && prediction.createdAt >= Date.parse(query.to) + DAY_MS) return false;
  if (query.model !== undefined && findModel(query.model) !== prediction.model) return false;
  return query.status === undefined || meaningOf(query.status) === prediction.status;
}

export function createApi({ key, predictions, book, ledger, present, create }: Parts) {
  const api = new Hono<{ Bindings: HttpBindings }>();

  api.use(async (c, next) => (c.req.header("x-api-key") === key ? next() : refuse(c, refusalFor(401))));

  api.post("/predictions", create);
  api.post("/predict", create);

  api.get("/predictions", (c) => {
    ledger.count("lists");
    const parsed = listQuery.safeParse(c.req.query());
    if (!parsed.success) return refuse(c, refusalFor(422), z.prettifyError(parsed.error));
    const query = parsed.data;
    const found = predictions.newestFirst().filter((prediction) => matches(prediction, query));
    const start = (query.page - 1) * query.per_page;
    const shown = found.slice(start, start + query.per_page);
    const has = (mood: string) =>
      book.everywhere().has(mood) || shown.some((prediction) => prediction.moods.has(mood));
    if (has("list-429")) return tooMany(c);
    if (has("list-500")) return refuse(c, refusalFor(500));
    const data = shown.map(present);
    if (has("list-bare")) return c.json(data);
    const pages = Math.max(1, Math.ceil(found.length / query.per_page));
    return c.json({
      data,
      pagination: {
        page: query.page,
        per_page: query.per_page,
        total: found.length,
        total_pages: pages,
        has_more: query.page < pages,
      },
    });
  });

  api.get("/predictions/:id", (c) => {
    const id = c.req.param("id");
    ledger.count("gets", id);
    const prediction = predictions.get(id);
    if (prediction === undefined) return refuse(c, UNKNOWN_PREDICTION);
    if (misbehaves(prediction, "get-429", PASSING_TRIES)) return tooMany(c);
    if (misbehaves(prediction, "get-500", PASSING_TRIES)) return refuse(c, refusalFor(500));
    if (prediction.status === "failed" && prediction.moods.has("get-502-failed")) {
      return refuse(c, FAILED_PREDICTION, prediction.error ?? undefined);
    }
    return c.json(present(prediction));
  });

  api.post("/predictions/:id/cancel", (c) => {
    const id = c.req.param("id");
    ledger.count("cancels", id);
    const prediction = predictions.get(id);
    if (prediction === undefined) return refuse(c, UNKNOWN_PREDICTION);
    if (misbehaves(prediction, "cancel-500", PASSING_TRIES)) return refuse(c, refusalFor(500));
    if (hasEnded(prediction)) {
      return refuse(
        c,
        { ...refusalFor(422), errorId: "INVALID_REQUEST" },
        "The prediction has already ended.",
      );
    }
    ledger.leave(id);
    if (!prediction.moods.has("cancel-ignored")) predictions.cancel(prediction);
    return c.json(prediction.moods.has("cancel-success") ? { success: true } : present(prediction));
  });

  const remove = (c: Api) => {
    const id = c.req.param("id") ?? "";
    ledger.count("deletes", id);
    const prediction = predictions.get(id);
    if (prediction === undefined) return refuse(c, UNKNOWN_PREDICTION);
    if (misbehaves(prediction, "delete-500", PASSING_TRIES)) return refuse(c, refusalFor(500));
    predictions.remove(prediction);
    return c.json({ success: true });
  };
  api.delete("/predictions/:id", remove);
  api.delete("/predictions/:id/delete", remove);

  const showModel = (c: Api) => {
    ledger.count("models", c.req.param("slug"));
    if (book.everywhere().has("models-500")) return refuse(c, refusalFor(500));
    const model = findModel(c.req.param("slug") ?? "");
    if (model === undefined) return refuse(c, refusalFor(404));
    return c.json(describeModel(model, !book.everywhere().has("models-no-schema")));
  };
  api.get("/models", (c) => {
    ledger.count("models");
    if (book.everywhere().has("models-500")) return refuse(c, refusalFor(500));
    return c.json(MODELS.map((model) => describeModel(model, false)));
  });
  api.get("/models/:slug", showModel);
  api.get("/model/:slug", showModel);

  api.all("*", (c) =>
    refuse(c, { status: 404, errorId: "NOT_FOUND", message: "There is no such endpoint." }),
  );
  return api;
}
