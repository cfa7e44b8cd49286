/** The session, and what the plan allows. */
import * as z from "zod";
import { plan } from "./requests/session.ts";
import { ASPECT_RATIOS } from "../../shared/models.ts";
import { modelId } from "./requests/generation.ts";

export const limits = z.object({
  /** Slots of the plan. */
  concurrent: z.int(),
  /** Slots in use. */
  inFlight: z.int(),
  /** Of those: not confirmed by Skytells yet. */
  unconfirmed: z.int(),
  /** The plan's allowance of the UTC day; `limit` null is no limit. */
  today: z.object({ used: z.int(), limit: z.int().nullable(), resetsAt: z.iso.datetime() }),
});
export type Limits = z.infer<typeof limits>;

/** The options that a model accepts, from its live schema; `{}` while that is unknown. */
export const modelOptions = z.object({
  aspectRatio: z.array(z.enum(ASPECT_RATIOS)).exactOptional(),
  seed: z.literal(true).exactOptional(),
  negativePrompt: z.literal(true).exactOptional(),
  /** The most images of one generation, if more than one. */
  count: z.int().exactOptional(),
  /** It takes a reference image. */
  reference: z.literal(true).exactOptional(),
  /** In code points, if the schema has it; else `MAX_PROMPT_LENGTH` applies. */
  maxPromptLength: z.int().exactOptional(),
});
export type ModelOptions = z.infer<typeof modelOptions>;

export const model = z.object({
  id: modelId,
  label: z.string(),
  description: z.string(),
  default: z.boolean(),
  /** It enlarges an image, and is not offered to generate with. */
  upscale: z.literal(true).exactOptional(),
  options: modelOptions,
});
export type Model = z.infer<typeof model>;

export const user = z.object({
  id: z.string(),
  email: z.string(),
  plan,
  /** May use the operator's page. */
  operator: z.literal(true).exactOptional(),
});
export type User = z.infer<typeof user>;

const signInMethod = z.enum(["dev", "oidc", "access", "passkey"]);
export type SignInMethod = z.infer<typeof signInMethod>;

/** `GET /api/session`. `user` is null without a session; `limits` also if the user's object does not respond. */
export const session = z.object({
  user: user.nullable(),
  limits: limits.nullable(),
  models: z.array(model),
  /** Models that were offered earlier: generations of them keep this label. */
  retiredModels: z.array(z.object({ id: z.string(), label: z.string() })).exactOptional(),
  signIn: z.array(signInMethod),
});
export type Session = z.infer<typeof session>;
