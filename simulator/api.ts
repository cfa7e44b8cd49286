import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import * as z from "zod";
import type { Create } from "./create.ts";
import { FAILED_PREDICTION, errorFor, UNKNOWN_PREDICTION } from "./errors.ts";
import type { Ledger } from "./ledger.ts";
import { type Api, errorAfter, errorBefore, listError, respondError } from "./error-responses.ts";
import { describeModel, findModel, MODELS } from "./models.ts";
import type { MoodStore } from "./moods.ts";
import { hasEnded, statusOf, type Prediction, type Predictions } from "./predictions.ts";
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
  moodStore: MoodStore;
  ledger: Ledger;
  present: Presenter;
  create: Create;
};

function matches(prediction: Prediction, query: ListQuery): boolean {
  if (query.from !== undefined && prediction.createdAt < Date.parse(query.from)) return false;
  if (query.to !== undefined && prediction.createdAt >= Date.parse(query.to) + DAY_MS) return false;
  if (query.model !== undefined && findModel(query.model) !== prediction.model) return false;
  return query.status === undefined || statusOf(query.status) === prediction.status;
}

export function createApi({ key, predictions, moodStore, ledger, present, create }: Parts) {
  const api = new Hono<{ Bindings: HttpBindings }>();

  api.use(async (c, next) => (c.req.header("x-api-key") === key ? next() : respondError(c, errorFor(401))));

  api.post("/predictions", create);
  api.post("/predict", create);

  api.get("/predictions", (c) => {
    ledger.count("lists");
    const parsed = listQuery.safeParse(c.req.query());
    if (!parsed.success) return respondError(c, errorFor(422), z.prettifyError(parsed.error));
    const query = parsed.data;
    const found = predictions.newestFirst().filter((prediction) => matches(prediction, query));
    const start = (query.page - 1) * query.per_page;
    const shown = found.slice(start, start + query.per_page);
    const globalMoods = moodStore.globalMoods();
    const failure = listError(c, shown, globalMoods);
    if (failure) return failure;
    const data = shown.map(present);
    const isBare = globalMoods.has("list-bare") || shown.some(({ moods }) => moods.has("list-bare"));
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
    if (prediction === undefined) return respondError(c, UNKNOWN_PREDICTION);
    const { moods } = prediction;
    const failure = errorBefore(c, prediction, "get") ?? errorAfter(c, prediction, "get");
    if (failure) return failure;
    if (prediction.status === "failed" && moods.has("get-502-failed")) {
      return respondError(c, FAILED_PREDICTION, prediction.error ?? undefined, moods);
    }
    return c.json(present(prediction));
  };
  api.get("/predictions/:id", show);
  // The official client's path for streamed predictions. The simulator does not stream.
  api.get("/predictions/:id/stream", show);

  api.post("/predictions/:id/cancel", (c) => {
    const id = c.req.param("id");
    ledger.count("cancels", id);
    const prediction = predictions.get(id);
    if (prediction === undefined) return respondError(c, UNKNOWN_PREDICTION);
    const { moods } = prediction;
    const failure = errorBefore(c, prediction, "cancel");
    if (failure) return failure;
    if (hasEnded(prediction)) {
      return respondError(
        c,
        { ...errorFor(422), errorId: "INVALID_REQUEST" },
        "The prediction has already ended.",
        moods,
      );
    }
    ledger.removeInFlight(id);
    if (!moods.has("cancel-ignored")) predictions.cancel(prediction);
    return (
      errorAfter(c, prediction, "cancel") ??
      c.json(moods.has("cancel-success") ? { success: true } : present(prediction))
    );
  });

  const remove = (c: Api) => {
    const id = c.req.param("id") ?? "";
    ledger.count("deletes", id);
    const prediction = predictions.get(id);
    if (prediction === undefined) return respondError(c, UNKNOWN_PREDICTION);
    const failure = errorBefore(c, prediction, "delete");
    if (failure) return failure;
    predictions.remove(prediction);
    return errorAfter(c, prediction, "delete") ?? c.json({ success: true });
  };
  api.delete("/predictions/:id", remove);
  api.delete("/predictions/:id/delete", remove);

  const showModel = (c: Api) => {
    ledger.count("models", c.req.param("slug"));
    if (moodStore.globalMoods().has("models-500")) return respondError(c, errorFor(500));
    const model = findModel(c.req.param("slug") ?? "");
    if (model === undefined) return respondError(c, errorFor(404));
    return c.json(describeModel(model, !moodStore.globalMoods().has("models-no-schema")));
  };
  api.get("/models", (c) => {
    ledger.count("models");
    if (moodStore.globalMoods().has("models-500")) return respondError(c, errorFor(500));
    return c.json(MODELS.map((model) => describeModel(model, false)));
  });
  api.get("/models/:slug", showModel);
  api.get("/model/:slug", showModel);

  api.all("*", (c) =>
    respondError(c, { status: 404, errorId: "NOT_FOUND", message: "There is no such endpoint." }),
  );
  return api;
}
