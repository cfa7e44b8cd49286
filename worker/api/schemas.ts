/**
 * The wire: what the API takes (zod schemas) and what it answers (types). The studio imports the types
 * only. Described in prose in docs/architecture.md.
 */
import * as z from "zod";
import {
  ASPECT_RATIOS,
  type AspectRatio,
  DEFAULT_MODEL,
  MAX_SEED,
  MODELS,
  type ModelId,
} from "../shared/models.ts";
import {
  countCodePoints,
  MAX_PROMPT_LENGTH,
  MAX_PROMPT_LENGTH_OF_ANY_MODEL,
  normalizePrompt,
  promptProblem,
} from "../shared/prompt.ts";
import {
  type FailureCode,
  GENERATION_STATUSES,
  type GenerationStatus,
  MAX_BULK,
  MAX_SEARCH_LENGTH,
} from "../shared/generations.ts";
import type { Plan } from "../shared/plans.ts";
import type { ProblemCode } from "../shared/error-codes.ts";
import { DAY_MS } from "../shared/time.ts";

const MODEL_IDS = MODELS.map((model) => model.id);

const PROMPT_SENTENCES = {
  empty: () => "Write a prompt first.",
  too_long: (maxLength: number) => `A prompt has at most ${maxLength} characters.`,
  malformed: () => "The prompt contains characters that are not text.",
} as const;

function text({ maxLength, allowEmpty }: { maxLength: number; allowEmpty: boolean }) {
  return z.string().transform((value, context) => {
    const problem = promptProblem(value, maxLength);
    if (problem !== null && !(allowEmpty && problem === "empty")) {
      context.addIssue({ code: "custom", message: PROMPT_SENTENCES[problem](maxLength) });
      return z.NEVER;
    }
    return normalizePrompt(value);
  });
}

/** Body of `POST /api/generate`. The model's own prompt length is checked later, against its live schema. */
export const generateBody = z.strictObject({
  prompt: text({ maxLength: MAX_PROMPT_LENGTH_OF_ANY_MODEL, allowEmpty: false }),
  model: z.enum(MODEL_IDS).default(DEFAULT_MODEL),
  aspectRatio: z.enum(ASPECT_RATIOS).optional(),
  seed: z.int().min(0).max(MAX_SEED).optional(),
  negativePrompt: text({ maxLength: MAX_PROMPT_LENGTH, allowEmpty: true }).optional(),
});
export type GenerateBody = z.infer<typeof generateBody>;

/** `Idempotency-Key`: printable ASCII, 1–128 characters. */
export const idempotencyKey = z.string().regex(/^[\x20-\x7e]{1,128}$/);

const searchText = z
  .string()
  .transform(normalizePrompt)
  .refine((text) => text !== "", "is empty")
  .refine((text) => countCodePoints(text) <= MAX_SEARCH_LENGTH, `has at most ${MAX_SEARCH_LENGTH} characters`)
  .refine((text) => !text.includes("\0"), "contains characters that are not text");

/** Milliseconds since the epoch: an instant, or the start of a UTC day, or with `wholeDay` its end. */
function time({ wholeDay }: { wholeDay: boolean }) {
  return z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], "is a day (YYYY-MM-DD) or an ISO 8601 instant")
    .transform((value) => Date.parse(value) + (wholeDay && !value.includes("T") ? DAY_MS : 0));
}

/** Query of `GET /api/generations`: which page, and what is filtered; filters combine. */
export const listQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .default(24),
  cursor: z.string().max(200).optional(),
  /** Found anywhere in the prompt, whatever its case and its form of writing (`foldText`). */
  q: searchText.optional(),
  model: z.enum(MODEL_IDS).optional(),
  status: z.enum(GENERATION_STATUSES).optional(),
  favorite: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .optional(),
  /** Made at this time or later; a day counts from its start (UTC). */
  from: time({ wholeDay: false }).optional(),
  /** Made before this time; a day counts whole (UTC). */
  to: time({ wholeDay: true }).optional(),
});

/** Body of `PATCH /api/generations/:id`. */
export const favoriteBody = z.strictObject({ favorite: z.boolean() });

/** Body of `POST /api/generations/bulk`: one thing done to several pictures. */
export const bulkBody = z.strictObject({
  ids: z
    .array(z.string().min(1).max(128))
    .min(1)
    .max(MAX_BULK)
    .refine((ids) => new Set(ids).size === ids.length, "names a picture twice"),
  action: z.enum(["delete", "favorite", "unfavorite"]),
});
export type BulkBody = z.infer<typeof bulkBody>;

/** Body of `POST /api/generations/:id/share`: the prompt is shown only when asked for, until told otherwise. */
export const shareBody = z.strictObject({ showPrompt: z.boolean().optional() });

/** Query of `GET /api/account/export`: a part, or without one the list of parts; `cursor` is from that list. */
export const exportQuery = z.strictObject({
  part: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, "is the number of a part, from 1")
    .transform(Number)
    .optional(),
  cursor: z.string().max(200).optional(),
});

/** Body of `POST /api/auth/dev`. */
export const devSignInBody = z.strictObject({ email: z.email().max(254).toLowerCase() });

export type GenerationOptions = { aspectRatio?: AspectRatio; seed?: number; negativePrompt?: string };

export type Output = {
  url: string;
  thumbnailUrl: string;
  width: number;
  height: number;
};

/** One picture, asked for or made. Times are ISO 8601 UTC; URLs are paths of this studio, but `shareUrl` is absolute. */
export type Generation = {
  /** Skytells' prediction id; while unconfirmed, the pending id. */
  id: string;
  prompt: string;
  model: string;
  status: GenerationStatus;
  /** 0–100 where Skytells tells. */
  progress: number | null;
  /** Set exactly when `status` is `succeeded`: the original is stored. */
  outputUrl: string | null;
  thumbnailUrl: string | null;
  width: number | null;
  height: number | null;
  outputs: Output[];
  error: { code: FailureCode; message: string } | null;
  favorite: boolean;
  shareUrl: string | null;
  options: GenerationOptions;
  createdAt: string;
  completedAt: string | null;
};

/** How many generations may be in flight, how many are, and how many of those are not confirmed by Skytells yet. */
export type Limits = {
  concurrent: number;
  inFlight: number;
  unconfirmed: number;
  /** What counts against the plan's day (UTC): `limit` null is no limit; `resetsAt` is ISO 8601. */
  today: { used: number; limit: number | null; resetsAt: string };
};

/** Which options a model takes, read from its live schema; `{}` while that is unknown. */
export type ModelOptions = {
  aspectRatio?: AspectRatio[];
  seed?: true;
  negativePrompt?: true;
  /** Longest prompt in code points, where the schema gives one; else `MAX_PROMPT_LENGTH` holds. */
  maxPromptLength?: number;
};

export type Model = {
  id: ModelId;
  label: string;
  description: string;
  default: boolean;
  options: ModelOptions;
  /** Skytells has not said yet what it takes: `options` is empty until then. Absent where it has. */
  unread?: true;
};

export type User = { id: string; email: string; plan: Plan };

export type SignInMethod = "dev" | "oidc" | "access";

/** `GET /api/session`: all that the studio needs to draw itself. `limits` is null when nobody is signed in. */
export type Session = {
  user: User | null;
  limits: Limits | null;
  models: Model[];
  signIn: SignInMethod[];
};

/** Newest first. A short or even empty page with a `nextCursor` is not the end: a search goes on from there. */
export type GenerationPage = { items: Generation[]; nextCursor: string | null };

/** The filters of `GET /api/generations` as the studio holds them; those left out let everything pass. */
export type GenerationFilters = {
  /** 1–100 code points. */
  q?: string;
  model?: ModelId;
  status?: GenerationStatus;
  favorite?: boolean;
  /** ISO 8601 instant or YYYY-MM-DD (UTC), inclusive. */
  from?: string;
  /** ISO 8601 instant, exclusive, or YYYY-MM-DD (UTC), that day included. */
  to?: string;
};

/** What became of each id asked for; every id is in exactly one of these. */
export type BulkResult = {
  /** As asked. */
  done: string[];
  /** Not among the caller's pictures, or not any more. */
  missing: string[];
  /** Storage did not take it; asking again does no harm. */
  failed: string[];
};

/**
 * The parts of an export, oldest pictures first; there is always a first one. `url` is a path that downloads it, and
 * `from` is when its first picture was made (null: there is none).
 */
export type ExportParts = {
  parts: { part: number; from: string | null; url: string }[];
  nextCursor: string | null;
};

/** A picture in an export: as on the wire, but with its files in the zip instead of addresses. */
export type ExportedGeneration = Pick<
  Generation,
  | "id"
  | "prompt"
  | "model"
  | "options"
  | "status"
  | "error"
  | "favorite"
  | "shareUrl"
  | "createdAt"
  | "completedAt"
> & {
  /** The shared page shows the prompt. */
  sharesPrompt: boolean;
  files: {
    name: string;
    width: number;
    height: number;
    /** The studio has lost it: the zip is without it. */
    missing?: true;
  }[];
};

/** `export-<part>.json` in each part of an export. */
export type ExportDocument = {
  /** When the part was asked for; ISO 8601 UTC, as all times. */
  exportedAt: string;
  part: number;
  /** The address of the next part; null in the last. */
  next: string | null;
  account: User & { createdAt: string; identities: { issuer: string; subject: string; createdAt: string }[] };
  limits: Limits;
  /** Asked for, and in no part: what the image service has not confirmed, or the studio not recorded yet. */
  unrecorded: Generation[];
  generations: ExportedGeneration[];
};

/** RFC 9457 `application/problem+json`, the body of every error. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  /** A sentence for a person. */
  detail: string;
  code: ProblemCode;
  /** With 502/504 from generate: the create's answer was lost; this id works on `GET /api/predictions/:id` and on cancel. */
  pending?: { id: string; until: string };
  /** With `limit_reached` and `quota_exceeded`. */
  limits?: Limits;
  /** With `quota_exceeded`: when the plan's next day begins. */
  resetsAt?: string;
  /** With `upstream_unavailable`: Skytells refuses the studio's key, account or credit; waiting does not help. */
  ownerMustAct?: true;
};

/** What `/api/events` sends. Push is a hint: after a reconnect ask for what is shown as in flight. */
export type StudioEvent =
  | { type: "snapshot"; limits: Limits; inFlight: Generation[] }
  | {
      type: "generation";
      generation: Generation;
      /** The pending id that this generation was known by until now. */
      replaces?: string;
    }
  | { type: "limits"; limits: Limits }
  | { type: "deleted"; id: string };
