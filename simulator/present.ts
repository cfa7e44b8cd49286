import { sizeOf } from "./models.ts";
import { moodNumber } from "./moods.ts";
import { hasEnded, statusOf, type Prediction } from "./predictions.ts";
import { withReferenceUrls } from "./reference.ts";

export type Presenter = (prediction: Prediction) => Record<string, unknown>;

/** File names have one digit. */
const MAX_OUTPUTS = 10;
/** The share of the duration that shows the status `starting`. */
const STARTING_SHARE = 0.25;
const CREDITS: Readonly<Record<string, number>> = {
  "truefusion-edge": 0.01,
  "truefusion-pro": 0.04,
  "truefusion-2.0": 0.08,
  "truefusion-edit": 0.05,
  "truefusion-blend": 0.05,
  upscaler: 0.02,
};

export function outputExtension(prediction: Prediction): string {
  if (prediction.moods.has("output-jpeg")) return "jpg";
  if (prediction.moods.has("output-webp")) return "webp";
  if (prediction.moods.has("output-avif")) return "avif";
  return "png";
}

export function countOutputs({ moods, input }: Prediction): number {
  if (moods.has("output-none")) return 0;
  if (moods.has("output-many")) return Math.min(MAX_OUTPUTS, moodNumber(moods, "output-many", 4));
  const requested = Number(input["number_of_images"] ?? 1);
  return moods.has("output-fewer")
    ? Math.max(1, requested - moodNumber(moods, "output-fewer", 1))
    : requested;
}

function outputNames(prediction: Prediction): string[] {
  const extension = outputExtension(prediction);
  return Array.from({ length: countOutputs(prediction) }, (_, index) => `${index}.${extension}`);
}

function progressOf(prediction: Prediction): number {
  if (prediction.status === "succeeded") return 100;
  if (prediction.startedAt === null) return 0;
  const spent = (prediction.completedAt ?? Date.now()) - prediction.startedAt;
  // A stuck prediction has no duration: its progress approaches 99.
  const full = Number.isFinite(prediction.endsAfter)
    ? prediction.endsAfter - prediction.startsAfter
    : spent + 10_000;
  return Math.min(99, Math.round((100 * spent) / Math.max(full, 1)));
}

function statusName(prediction: Prediction): string {
  const requested = prediction.moods.get("status");
  if (requested && statusOf(requested) === prediction.status) return requested;
  if (prediction.status === "processing" && progressOf(prediction) < STARTING_SHARE * 100) return "starting";
  return prediction.status;
}

function formatTime(prediction: Prediction, at: number | null): string | null {
  if (at === null) return prediction.moods.get("times") === "empty" ? "" : null;
  const iso = new Date(at).toISOString();
  return prediction.moods.get("times") === "offset"
    ? iso.replace(/\.\d+Z$/, "+00:00")
    : iso.replace("Z", "000Z");
}

function inputOf({ id, input, moods }: Prediction, baseUrl: string) {
  return moods.has("reference-rewritten")
    ? withReferenceUrls(input, () => `${baseUrl}/inputs/${id}.png`)
    : input;
}

function toJson(prediction: Prediction, baseUrl: string, ttlMs: number): Record<string, unknown> {
  const { id, moods, model, webhook } = prediction;
  const host = moods.has("output-foreign") ? "https://evil-skytells.ai.example" : baseUrl;
  const time = (at: number | null) => formatTime(prediction, at);
  const names = prediction.status === "succeeded" ? outputNames(prediction) : [];
  const urls = names.map((name) => `${host}/outputs/${id}/${name}`);
  const shape = {
    string: () => urls[0] ?? null,
    objects: () => urls.map((url) => ({ url })),
    "storage-files": () => null,
    array: () => urls,
  } as const;
  const requested = (["string", "objects", "storage-files"] as const).find((name) =>
    moods.has(`output-${name}`),
  );
  // Skytells deletes the input together with the outputs.
  const isExpired = hasEnded(prediction) && Date.now() - (prediction.completedAt ?? 0) > ttlMs;
  const error =
    prediction.error !== null && moods.has("error-object") ? { message: prediction.error } : prediction.error;
  const slug = moods.has("model-vendor") ? `skytells/${model.slug}` : model.slug;
  const seconds = (from: number | null) =>
    from === null || prediction.completedAt === null ? null : (prediction.completedAt - from) / 1000;

  return {
    id,
    status: statusName(prediction),
    type: "inference",
    stream: false,
    input: moods.has("input-empty") || isExpired ? {} : inputOf(prediction, baseUrl),
    output: prediction.status === "succeeded" ? shape[requested ?? "array"]() : null,
    error,
    response: prediction.error ?? `The prediction is ${prediction.status}.`,
    created_at: time(prediction.createdAt),
    started_at: time(prediction.startedAt),
    completed_at: time(prediction.completedAt),
    updated_at: time(prediction.completedAt ?? prediction.startedAt ?? prediction.createdAt),
    model: moods.has("model-string") ? slug : { name: slug, type: "image" },
    metrics: {
      predict_time: seconds(prediction.startedAt),
      total_time: seconds(prediction.createdAt),
      image_count: urls.length,
      progress: progressOf(prediction),
    },
    metadata: {
      storage: {
        files: urls.map((url, index) => ({
          name: names[index],
          type: "image",
          url,
          ...sizeOf(model, prediction.input, prediction.reference),
        })),
      },
      billing: {
        credits_used: prediction.status === "succeeded" ? (CREDITS[model.slug] ?? 0) * urls.length : 0,
      },
    },
    ...(webhook !== null &&
      !moods.has("webhook-field-absent") && {
        webhook: moods.has("webhook-field-string") ? webhook.url : webhook,
      }),
    urls: { get: `${baseUrl}/v1/predictions/${id}`, cancel: `${baseUrl}/v1/predictions/${id}/cancel` },
  };
}

/** A client cannot work without these. */
const REQUIRED_FIELDS = new Set(["id", "status", "output", "error"]);

/** Applies the mood `fields=`: the other fields are missing, null or empty. */
function withFields(full: Record<string, unknown>, requested: string | undefined): Record<string, unknown> {
  switch (requested) {
    case "missing":
      return Object.fromEntries(Object.entries(full).filter(([name]) => REQUIRED_FIELDS.has(name)));
    case "null":
      return Object.fromEntries(
        Object.entries(full).map(([name, value]) => [name, REQUIRED_FIELDS.has(name) ? value : null]),
      );
    case "empty":
      return Object.fromEntries(
        Object.entries(full).map(([name, value]) => [name, REQUIRED_FIELDS.has(name) ? value : ""]),
      );
    default:
      return full;
  }
}

export function createPresenter(baseUrl: () => string, outputTtlSeconds: number): Presenter {
  return (prediction) =>
    withFields(toJson(prediction, baseUrl(), outputTtlSeconds * 1000), prediction.moods.get("fields"));
}
