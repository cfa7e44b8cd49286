/** Requests about webhook endpoints and their deliveries. */
import * as z from "zod";
import { MAX_ENDPOINT_URL_LENGTH } from "../../../shared/webhooks.ts";

/** Which addresses are allowed depends on the studio's own: the user's object decides. */
const url = z.string().min(1).max(MAX_ENDPOINT_URL_LENGTH);

/** Body of `POST /api/webhook-endpoints`. */
export const endpointBody = z.strictObject({
  url,
  /** Whether events contain the prompt; without it they do not. */
  includePrompt: z.boolean().optional(),
});
export type EndpointBody = z.infer<typeof endpointBody>;

/** Body of `PATCH /api/webhook-endpoints/:id`: what changes. */
export const endpointChange = z
  .strictObject({
    url: url.optional(),
    includePrompt: z.boolean().optional(),
    /** `true` also enables an endpoint that the studio has disabled. */
    enabled: z.boolean().optional(),
  })
  .refine(
    (change) => Object.values(change).some((value) => value !== undefined),
    "The request changes nothing.",
  );
export type EndpointChange = z.infer<typeof endpointChange>;

/** Query of `GET /api/webhook-endpoints/:id/deliveries`. */
export const deliveriesQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .default(20),
  cursor: z.string().max(200).optional(),
});
