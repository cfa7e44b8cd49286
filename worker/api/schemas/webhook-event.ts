/** The bodies of webhooks that the studio sends to users' endpoints. */
import * as z from "zod";
import { FAILURE_CODES, GENERATION_STATUSES } from "../../shared/generations.ts";
import { TEST_EVENT, WEBHOOK_EVENTS } from "../../shared/webhooks.ts";

export const webhookEvent = z.object({
  type: z.enum(WEBHOOK_EVENTS),
  /** When the generation ended. */
  timestamp: z.iso.datetime(),
  data: z.object({
    generation: z.object({
      id: z.string(),
      status: z.enum(GENERATION_STATUSES),
      model: z.string(),
      /** Null unless it failed. */
      error: z.object({ code: z.enum(FAILURE_CODES) }).nullable(),
      /** URLs of the stored images; an API key or a session can fetch them. */
      images: z.array(z.url()),
      /** Only for an endpoint with `includePrompt`. */
      prompt: z.string().exactOptional(),
    }),
  }),
});
export type WebhookEvent = z.infer<typeof webhookEvent>;

export const testEvent = z.object({
  type: z.literal(TEST_EVENT),
  timestamp: z.iso.datetime(),
  data: z.object({}),
});
export type TestEvent = z.infer<typeof testEvent>;
