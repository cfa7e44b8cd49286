/** Requests about generations. */
import * as z from "zod";
import { DAY_MS } from "../../../shared/time.ts";
import {
  GENERATION_STATUSES,
  type GenerationStatus,
  MAX_BULK,
  MAX_SEARCH_LENGTH,
} from "../../../shared/generations.ts";
import { ASPECT_RATIOS, MAX_COUNT, MAX_SEED } from "../../../shared/models.ts";
import {
  countCodePoints,
  MAX_PROMPT_LENGTH,
  MAX_PROMPT_LENGTH_OF_ANY_MODEL,
  normalizePrompt,
  promptProblem,
} from "../../../shared/prompt.ts";
import { STYLES } from "../../../shared/styles.ts";

/** The middleware that parses bodies and queries checks that the studio offers it. */
export const modelId = z.string().min(1).max(64);

/** The id of a built-in style. */
export const styleId = z.enum(STYLES.map((style) => style.id));

const PROMPT_SENTENCES = {
  empty: () => "Write a prompt first.",
  too_long: (maxLength: number) => `A prompt has at most ${maxLength} characters.`,
  malformed: () => "The prompt contains characters that are not text.",
} as const;

function promptText({ maxLength, allowEmpty }: { maxLength: number; allowEmpty: boolean }) {
  return z.string().transform((value, context) => {
    const problem = promptProblem(value, maxLength);
    if (problem !== null && !(allowEmpty && problem === "empty")) {
      context.addIssue({ code: "custom", message: PROMPT_SENTENCES[problem](maxLength) });
      return z.NEVER;
    }
    return normalizePrompt(value);
  });
}

/** The prompt length of the model's own schema is checked later. */
export const promptOfAnyModel = promptText({ maxLength: MAX_PROMPT_LENGTH_OF_ANY_MODEL, allowEmpty: false });

/** The options of a request to generate, which a preset has too. */
export const requestedOptions = {
  aspectRatio: z.enum(ASPECT_RATIOS).optional(),
  seed: z.int().min(0).max(MAX_SEED).optional(),
  negativePrompt: promptText({ maxLength: MAX_PROMPT_LENGTH, allowEmpty: true }).optional(),
  /** The number of images. */
  count: z.int().min(1).max(MAX_COUNT).optional(),
};

/** An image to start from: an upload, or one of the user's generations (`output`: its number, from 0). */
export const requestedReference = z.union([
  z.strictObject({ upload: z.string().min(1).max(128) }),
  z.strictObject({
    generation: z.string().min(1).max(128),
    output: z
      .int()
      .min(0)
      .max(MAX_COUNT - 1)
      .optional(),
  }),
]);
export type RequestedReference = z.infer<typeof requestedReference>;

/** Body of `POST /api/generate`. */
export const generateBody = z.strictObject({
  prompt: promptOfAnyModel,
  /** Without it, the studio's first model. */
  model: modelId.optional(),
  ...requestedOptions,
  style: styleId.optional(),
  reference: requestedReference.optional(),
});
export type GenerateBody = z.infer<typeof generateBody> & { model: string };

/** `Idempotency-Key`: printable ASCII, 1–128 characters. */
export const idempotencyKey = z.string().regex(/^[\x20-\x7e]{1,128}$/);

const searchText = z
  .string()
  .transform(normalizePrompt)
  .refine((text) => text !== "", "is empty")
  .refine((text) => countCodePoints(text) <= MAX_SEARCH_LENGTH, `has at most ${MAX_SEARCH_LENGTH} characters`)
  .refine((text) => !text.includes("\0"), "contains characters that are not text");

/** Milliseconds since the epoch: of an instant, or of the start of a UTC day, or with `wholeDay` of its end. */
function time({ wholeDay }: { wholeDay: boolean }) {
  return z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], "is a day (YYYY-MM-DD) or an ISO 8601 instant")
    .transform((value) => Date.parse(value) + (wholeDay && !value.includes("T") ? DAY_MS : 0));
}

const trueOrFalse = z.enum(["true", "false"]).transform((value) => value === "true");

/** An id as the Worker creates them, or any other text of that length: it finds nothing. */
const anyId = z.string().min(1).max(128);

/** Query of `GET /api/generations/:id/url`: the number of the image, from 0. */
export const imageUrlQuery = z.strictObject({
  output: z
    .string()
    .regex(/^\d{1,3}$/)
    .default("0"),
});

/** Query of `GET /api/generations`. Filters combine. */
export const listQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .default(24),
  cursor: z.string().max(200).optional(),
  /** Anywhere in the prompt, compared by `foldText`; or `seed:` and a number. */
  q: searchText.optional(),
  model: modelId.optional(),
  status: z.enum(GENERATION_STATUSES).optional(),
  favorite: trueOrFalse.optional(),
  /** Has a share link. */
  shared: trueOrFalse.optional(),
  /** Id of a collection. */
  collection: anyId.optional(),
  /** By the time of creation; `newest` first is the default. */
  sort: z.enum(["newest", "oldest"]).optional(),
  /** Created at this time or later; a day starts at 00:00 UTC. */
  from: time({ wholeDay: false }).optional(),
  /** Created before this time; a day is included (UTC). */
  to: time({ wholeDay: true }).optional(),
});

/** The filters of `GET /api/generations` as a client sends them. */
export type GenerationFilters = {
  /** 1–100 code points; `seed:123` finds the images with this seed. */
  q?: string;
  model?: z.infer<typeof modelId>;
  status?: GenerationStatus;
  favorite?: boolean;
  shared?: boolean;
  /** Id of a collection. */
  collection?: string;
  sort?: "newest" | "oldest";
  /** ISO 8601 instant or YYYY-MM-DD (UTC), inclusive. */
  from?: string;
  /** ISO 8601 instant, exclusive, or YYYY-MM-DD (UTC), inclusive. */
  to?: string;
};

/** Body of `PATCH /api/generations/:id`. */
export const favoriteBody = z.strictObject({ favorite: z.boolean() });

/** Body of `POST /api/generations/bulk`: one action on several images. */
export const bulkBody = z
  .strictObject({
    ids: z
      .array(anyId)
      .min(1)
      .max(MAX_BULK)
      .refine((ids) => new Set(ids).size === ids.length, "names an image twice"),
    action: z.enum(["delete", "favorite", "unfavorite", "unshare", "collect", "uncollect"]),
    /** Id of the collection, for `collect` and `uncollect` only. */
    collection: anyId.optional(),
  })
  .superRefine(({ action, collection }, context) => {
    const needsCollection = action === "collect" || action === "uncollect";
    if (needsCollection === (collection !== undefined)) return;
    const message = needsCollection ? `is needed to ${action}` : `is not allowed with ${action}`;
    context.addIssue({ code: "custom", path: ["collection"], message });
  });
export type BulkBody = z.infer<typeof bulkBody>;

/** Body of `POST /api/generations/:id/share`. Without `showPrompt` the setting stays; at first the prompt is hidden. */
export const shareBody = z.strictObject({ showPrompt: z.boolean().optional() });
