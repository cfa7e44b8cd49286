/**
 * Arguments of the object's RPC methods. During a deploy the Worker and the object can run different versions, so the
 * methods only gain optional arguments and fields: unknown ones are ignored, and missing ones get a default here.
 */
import * as z from "zod";
import {
  type GenerationRecord,
  generationError,
  generationOptions,
  storedOutput,
} from "../api/generation.ts";
import { MAX_CALL_WAIT_MS } from "../config/limits.ts";
import type { GenerateBody } from "../api/schemas/requests/generation.ts";
import type { EndpointChange } from "../api/schemas/requests/webhook-endpoint.ts";
import type { SessionClaim } from "../db/users.ts";
import { planOf } from "../shared/plans.ts";
import type { Prediction } from "../skytells/prediction.ts";
import type { NewEndpoint } from "./endpoints/manage.ts";
import { nullable, predictionSchema } from "./jobs/job.ts";

/** Without an epoch no session is valid. */
export const sessionClaim = z.object({
  userId: z.string(),
  epoch: z.number().default(-1),
}) satisfies z.ZodType<SessionClaim>;

export const generateCommand = z.object({
  claim: sessionClaim,
  // Checked by the Worker; kept whole, because its fingerprint identifies the request.
  body: z.custom<GenerateBody>(
    (body) => z.object({ prompt: z.string(), model: z.string() }).safeParse(body).success,
  ),
  idempotencyKey: nullable(z.string()),
  /** The request's origin, for the webhook URL; null: the prediction gets no webhook. */
  origin: nullable(z.string()),
});
export type GenerateCommand = z.infer<typeof generateCommand>;

/** A webhook of Skytells. */
export const incomingWebhook = z.object({
  jobId: nullable(z.string()),
  prediction: predictionSchema,
});
export type IncomingWebhook = { jobId: string | null; prediction: Prediction };

export const generationRecord = z.object({
  id: z.string(),
  prompt: z.string(),
  model: z.string(),
  status: z.string(),
  progress: nullable(z.number()),
  outputs: z.array(storedOutput).default([]),
  error: nullable(generationError),
  favorite: z.boolean().default(false),
  shareToken: nullable(z.string()),
  options: generationOptions.default({}),
  createdAt: z.number(),
  completedAt: nullable(z.number()),
}) satisfies z.ZodType<GenerationRecord>;

export const uploadedImage = z.object({ width: z.number(), height: z.number(), bytes: z.number() });

/** What the caller of `waitFor` knows already, and how long it waits at most. */
export const wait = z.object({
  status: nullable(z.string()),
  progress: nullable(z.number()),
  ms: z
    .number()
    .default(0)
    .transform((ms) => Math.min(ms, MAX_CALL_WAIT_MS)),
});
export type Wait = z.infer<typeof wait>;

/** How long the doctor waits for an alarm, in milliseconds. */
export const alarmWait = z
  .number()
  .default(3_000)
  .transform((ms) => Math.min(ms, MAX_CALL_WAIT_MS));

export const plan = z.string().default("free").transform(planOf);

export const newEndpoint = z.object({
  id: z.string(),
  url: z.string(),
  includePrompt: z.boolean().default(false),
  secret: z.string(),
  /** The request's, for a studio without PUBLIC_URL. */
  origin: z.string(),
}) satisfies z.ZodType<NewEndpoint>;

export const endpointChange = z.object({
  url: z.string().optional(),
  includePrompt: z.boolean().optional(),
  enabled: z.boolean().optional(),
}) satisfies z.ZodType<EndpointChange>;

export const deliveryList = z
  .object({
    limit: z.int().default(20),
    after: nullable(z.object({ createdAt: z.number(), id: z.string() })),
  })
  .default({ limit: 20, after: null });
