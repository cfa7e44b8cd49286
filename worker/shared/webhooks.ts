/** Limits and names of webhooks to users' endpoints. */

export const MAX_ENDPOINTS = 3;
/** In UTF-16 code units, as parsed. */
export const MAX_ENDPOINT_URL_LENGTH = 2_048;

export const WEBHOOK_EVENTS = ["generation.succeeded", "generation.failed", "generation.canceled"] as const;
/** Sent on request only. */
export const TEST_EVENT = "webhook.test";

/** `gone`: the endpoint responded 410. `failing`: every attempt of the last days failed. */
export const DISABLED_REASONS = ["user", "gone", "failing"] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** `dropped`: too many deliveries were pending. */
export const DELIVERY_STATUSES = ["pending", "delivered", "failed", "dropped"] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why the last attempt failed. `status`: a response other than 2xx. `disabled`: the endpoint was, before the attempt. */
export const DELIVERY_ERRORS = [
  "timeout",
  "no_response",
  "redirect",
  "status",
  "url_not_allowed",
  "secret_unreadable",
  "disabled",
] as const;
export type DeliveryError = (typeof DELIVERY_ERRORS)[number];
