/**
 * The wire: what the API takes (zod schemas) and what it answers (types). The studio imports the types
 * only. Described in prose in docs/architecture.md.
 */
import * as z from "zod";
import {
  ASPECT_RATIOS,
  type AspectRatio,
  DEFAULT_MODEL,
  type FailureCode,
  type GenerationStatus,
  MAX_PROMPT_LENGTH,
  MAX_SEED,
  MODELS,
  type ModelId,
  normalizePrompt,
  type Plan,
  type ProblemCode,
  promptProblem,
} from "./catalog.ts";

const PROMPT_SENTENCES = {
  empty: "Write a prompt first.",
  too_long: `A prompt has at most ${MAX_PROMPT_LENGTH} characters.`,
  malformed: "The prompt contains characters that are not text.",
} as const;

function text(allowEmpty: boolean) {
  return z.string().transform((value, context) => {
    const problem = promptProblem(value);
    if (problem !== null && !(allowEmpty && problem === "empty")) {
      context.addIssue({ code: "custom", message: PROMPT_SENTENCES[problem] });
      return z.NEVER;
    }
    return normalizePrompt(value);
  });
}

/** Body of `POST /api/generate`. */
export const generateBody = z.strictObject({
  prompt: text(false),
  model: z.enum(MODELS.map((model) => model.id)).default(DEFAULT_MODEL),
  aspectRatio: z.enum(ASPECT_RATIOS).optional(),
  seed: z.int().min(0).max(MAX_SEED).optional(),
  negativePrompt: text(true).optional(),
});
export type GenerateBody = z.infer<typeof generateBody>;

/** `Idempotency-Key`: printable ASCII, 1–128 characters. */
export const idempotencyKey = z.string().regex(/^[\x20-\x7e]{1,128}$/);

/** Query of `GET /api/generations`. */
export const listQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .default(24),
  cursor: z.string().max(200).optional(),
});

/** Body of `PATCH /api/generations/:id`. */
export const favoriteBody = z.strictObject({ favorite: z.boolean() });

/** Body of `POST /api/generations/:id/share`: the prompt is shown only when asked for, until told otherwise. */
export const shareBody = z.strictObject({ showPrompt: z.boolean().optional() });

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
  model: ModelId;
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
export type Limits = { concurrent: number; inFlight: number; unconfirmed: number };

/** Which options a model takes, read from its live schema; `{}` while that is unknown. */
export type ModelOptions = { aspectRatio?: AspectRatio[]; seed?: true; negativePrompt?: true };

export type Model = {
  id: ModelId;
  label: string;
  description: string;
  default: boolean;
  options: ModelOptions;
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

export type GenerationPage = { items: Generation[]; nextCursor: string | null };

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
  /** With `limit_reached`. */
  limits?: Limits;
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
