/** Makes a delivery for each endpoint when a generation ends. */
import { presentError, presentStatus } from "../../api/generation.ts";
import type { TestEvent, WebhookEvent } from "../../api/schemas/webhook-event.ts";
import type { Settings } from "../../config/settings.ts";
import { TEST_EVENT, WEBHOOK_EVENTS } from "../../shared/webhooks.ts";
import { type Job, recordOfJob } from "../jobs/job.ts";
import type { Delivery, Deliveries } from "./deliveries.ts";
import type { Endpoint, Endpoints } from "./endpoints.ts";

type Tables = { endpoints: Endpoints; deliveries: Deliveries; settings: Settings; now: () => number };

/**
 * Runs in the step that ends the job, without an await, so both are on disk or neither. At most one delivery per job,
 * event and endpoint. True: there is something to send.
 */
export function recordOutcome({ endpoints, deliveries, settings, now }: Tables, job: Job): boolean {
  const event = WEBHOOK_EVENTS.find((known) => known === `generation.${job.status}`);
  if (!event) return false;
  const enabled = endpoints.list().filter(({ disabledReason }) => disabledReason === null);
  const createdAt = now();
  for (const endpoint of enabled) {
    deliveries.insert({
      id: crypto.randomUUID(),
      endpointId: endpoint.id,
      event,
      jobId: job.id,
      generationId: recordOfJob(job).id,
      payload: JSON.stringify(eventOf(event, job, settings.publicOrigin ?? endpoint.origin, createdAt)),
      prompt: endpoint.includePrompt && !job.deleted ? job.prompt : null,
      createdAt,
    });
  }
  return enabled.length > 0;
}

export function recordTest({ deliveries, now }: Tables, endpoint: Endpoint, id: string): void {
  const createdAt = now();
  const event: TestEvent = { type: TEST_EVENT, timestamp: new Date(createdAt).toISOString(), data: {} };
  deliveries.insert({
    id,
    endpointId: endpoint.id,
    event: TEST_EVENT,
    jobId: null,
    generationId: null,
    payload: JSON.stringify(event),
    prompt: null,
    createdAt,
  });
}

function eventOf(type: WebhookEvent["type"], job: Job, origin: string, now: number): WebhookEvent {
  const record = recordOfJob(job);
  const error = presentError(record.error);
  const outputs = record.status === "succeeded" ? record.outputs : [];
  return {
    type,
    timestamp: new Date(now).toISOString(),
    data: {
      generation: {
        id: record.id,
        status: presentStatus(record),
        model: record.model,
        error: error && { code: error.code },
        images: outputs.map(({ n }) => `${origin}/images/${record.id}/${n}`),
      },
    },
  };
}

/** The body of a request: the stored event, with the prompt if the endpoint wants it. */
export function bodyOf({ payload, prompt }: Delivery, { includePrompt }: Endpoint): string {
  if (prompt === null || !includePrompt) return payload;
  const event = JSON.parse(payload) as WebhookEvent;
  return JSON.stringify({ ...event, data: { generation: { ...event.data.generation, prompt } } });
}
