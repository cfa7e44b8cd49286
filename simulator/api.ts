import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import * as z from "zod";
import type { Create } from "./create.ts";
import { FAILED_PREDICTION, refusalFor, UNKNOWN_PREDICTION } from "./errors.ts";
import type { Ledger } from "./ledger.ts";
import { type Api, failed, failedList, lost, refuse } from "./misanswers.ts";
import { describeModel, findModel, MODELS } from "./models.ts";
import type { MoodBook } from "./moods.ts";
import { hasEnded, meaningOf, type Prediction, type Predictions } from "./predictions.ts";
import type { Presenter } from "./present.ts";

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
    const everywhere = book.everywhere();
    const failure = failedList(c, shown, everywhere);
    if (failure) return failure;
    const data = shown.map(present);
    const isBare = everywhere.has("list-bare") || shown.some(({ moods }) => moods.has("list-bare"));
    if (isBare) return c.json(data);
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

  const show = (c: Api) => {
    const id = c.req.param("id") ?? "";
    ledger.count("gets", id);
    const prediction = predictions.get(id);
    if (prediction === undefined) return refuse(c, UNKNOWN_PREDICTION);
    const { moods } = prediction;
    const failure = failed(c, prediction, "get") ?? lost(c, prediction, "get");
    if (failure) return failure;
    if (prediction.status === "failed" && moods.has("get-502-failed")) {
      return refuse(c, FAILED_PREDICTION, prediction.error ?? undefined, moods);
    }
    return c.json(present(prediction));
  };
  api.get("/predictions/:id", show);
  // The client's way to a streamed prediction; here none is streamed.
  api.get("/predictions/:id/stream", show);

  api.post("/predictions/:id/cancel", (c) => {
    const id = c.req.param("id");
    ledger.count("cancels", id);
    const prediction = predictions.get(id);
    if (prediction === undefined) return refuse(c, UNKNOWN_PREDICTION);
    const { moods } = prediction;
    const failure = failed(c, prediction, "cancel");
    if (failure) return failure;
    if (hasEnded(prediction)) {
      return refuse(
        c,
        { ...refusalFor(422), errorId: "INVALID_REQUEST" },
        "The prediction has already ended.",
        moods,
      );
    }
    ledger.leave(id);
    if (!moods.has("cancel-ignored")) predictions.cancel(prediction);
    return (
      lost(c, prediction, "cancel") ??
      c.json(moods.has("cancel-success") ? { success: true } : present(prediction))
    );
  });

  const remove = (c: Api) => {
    const id = c.req.param("id") ?? "";
    ledger.count("deletes", id);
    const prediction = predictions.get(id);
    if (prediction === undefined) return refuse(c, UNKNOWN_PREDICTION);
    const failure = failed(c, prediction, "delete");
    if (failure) return failure;
    predictions.remove(prediction);
    return lost(c, prediction, "delete") ?? c.json({ success: true });
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
