/** Webhook endpoints of a user, and the receiver that stands behind them (`setup-receiver.ts`). */
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { expect } from "vitest";
import {
  deliveryPage,
  deliveryResponse,
  endpointList,
  endpointResponse,
  newEndpointResponse,
} from "../../../worker/api/schemas/webhook-endpoint.ts";
import { webhookEvent } from "../../../worker/api/schemas/webhook-event.ts";
import type { ReceivedWebhook, ReceiverMood } from "../setup-receiver.ts";
import { eventually, generate, newPrompt, reaches, type Visitor } from "./app.ts";

export const ENDPOINTS = "/api/webhook-endpoints";

export class Receiver {
  readonly key = crypto.randomUUID();
  readonly url = `${env.RECEIVER}/to/${this.key}`;

  async set(mood: ReceiverMood): Promise<void> {
    await fetch(`${env.RECEIVER}/moods/${this.key}`, { method: "PUT", body: mood });
  }

  /** All requests so far, once there are `count`. */
  async requests(count = 0, key: string = this.key): Promise<ReceivedWebhook[]> {
    return (await fetch(`${env.RECEIVER}/requests/${key}?count=${count}`)).json();
  }
}

export type TestEndpoint = Awaited<ReturnType<typeof createEndpoint>>;

/** A new endpoint with a receiver of its own. */
export async function createEndpoint(user: Visitor, mood: ReceiverMood = "ok", more: object = {}) {
  const receiver = new Receiver();
  await receiver.set(mood);
  const response = await user.post(ENDPOINTS, { url: receiver.url, ...more });
  expect(response.status, await response.clone().text()).toBe(201);
  const { endpoint, secret } = newEndpointResponse.parse(await response.json());
  return { receiver, endpoint, secret, id: endpoint.id };
}

export async function endpointsOf(user: Visitor) {
  const response = await user.call(ENDPOINTS);
  expect(response.status, await response.clone().text()).toBe(200);
  return endpointList.parse(await response.json()).endpoints;
}

export async function endpointOf(user: Visitor, id: string) {
  return (await endpointsOf(user)).find((endpoint) => endpoint.id === id);
}

export async function change(user: Visitor, id: string, body: object) {
  const response = await patch(user, id, body);
  expect(response.status, await response.clone().text()).toBe(200);
  return endpointResponse.parse(await response.json()).endpoint;
}

export const patch = (user: Visitor, id: string, body: object) =>
  user.call(`${ENDPOINTS}/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

export async function deliveriesOf(user: Visitor, id: string, query = "?limit=100") {
  const response = await user.call(`${ENDPOINTS}/${id}/deliveries${query}`);
  expect(response.status, await response.clone().text()).toBe(200);
  return deliveryPage.parse(await response.json());
}

/** Starts a test or sends again. */
export async function send(user: Visitor, path: string) {
  const response = await user.post(`${ENDPOINTS}/${path}`);
  expect(response.status, await response.clone().text()).toBe(202);
  return deliveryResponse.parse(await response.json()).delivery;
}

/** Waits until the newest delivery of the endpoint matches. */
export function newestDelivery(user: Visitor, id: string, expected: object) {
  return eventually(async () => {
    const [newest] = (await deliveriesOf(user, id)).deliveries;
    expect(newest).toMatchObject(expected);
    return newest as NonNullable<typeof newest>;
  });
}

/** Verifies the signature with Standard Webhooks' own library, and returns the event. Throws for a wrong one. */
export function verified(request: ReceivedWebhook | undefined, secret: string): unknown {
  return new Webhook(secret).verify(request?.body ?? "", request?.headers ?? {});
}

export function eventIn(request: ReceivedWebhook | undefined, secret: string) {
  return webhookEvent.parse(verified(request, secret));
}

/** A generation that has succeeded. */
export async function succeed(user: Visitor, prompt = newPrompt("terminal")) {
  return reaches(user, (await generate(user, prompt)).id, "succeeded");
}
