/** Responses about webhook endpoints and their deliveries. */
import * as z from "zod";
import { DELIVERY_ERRORS, DELIVERY_STATUSES, DISABLED_REASONS } from "../../shared/webhooks.ts";

/** Times are ISO 8601 UTC. */
export const webhookEndpoint = z.object({
  id: z.string(),
  url: z.string(),
  includePrompt: z.boolean(),
  enabled: z.boolean(),
  /** Null: enabled. `gone`: it responded 410. `failing`: every attempt of the last five days failed. */
  disabledReason: z.enum(DISABLED_REASONS).nullable(),
  /** The stored secret cannot be read any more: nothing can be sent until it is rotated. */
  needsRotation: z.boolean(),
  /** After a rotation: until then the old secret signs too. */
  previousSecretUntil: z.iso.datetime().nullable(),
  /** The first failed attempt since the last success. */
  failingSince: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
export type WebhookEndpoint = z.infer<typeof webhookEndpoint>;

/** Response of `GET /api/webhook-endpoints`: all of them, oldest first. */
export const endpointList = z.object({ endpoints: z.array(webhookEndpoint) });
/** Response of `PATCH /api/webhook-endpoints/:id`. */
export const endpointResponse = z.object({ endpoint: webhookEndpoint });
/** Response of `POST /api/webhook-endpoints` and of a rotation. The secret is shown only here. */
export const newEndpointResponse = z.object({ endpoint: webhookEndpoint, secret: z.string() });

export const webhookDelivery = z.object({
  /** The `webhook-id` of every attempt. */
  id: z.string(),
  type: z.string(),
  /** Id of the generation; null: a test. */
  generation: z.string().nullable(),
  /** `dropped`: too many deliveries were pending. */
  status: z.enum(DELIVERY_STATUSES),
  attempts: z.int(),
  createdAt: z.iso.datetime(),
  lastAttemptAt: z.iso.datetime().nullable(),
  /** Null unless pending. */
  nextAttemptAt: z.iso.datetime().nullable(),
  /** The HTTP status of the last response. */
  responseStatus: z.int().nullable(),
  /** Why the last attempt failed. */
  error: z.enum(DELIVERY_ERRORS).nullable(),
});
export type WebhookDelivery = z.infer<typeof webhookDelivery>;

/** Response of `POST …/test` and `POST …/resend`. */
export const deliveryResponse = z.object({ delivery: webhookDelivery });
/** Response of `GET …/deliveries`: newest first. */
export const deliveryPage = z.object({
  deliveries: z.array(webhookDelivery),
  nextCursor: z.string().nullable(),
});
