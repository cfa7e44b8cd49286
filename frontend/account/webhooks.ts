/** The user's webhook endpoints and their deliveries, as far as they have been loaded. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { EndpointBody, EndpointChange } from "../../worker/api/schemas/requests/webhook-endpoint.ts";
import type { WebhookDelivery, WebhookEndpoint } from "../../worker/api/schemas/webhook-endpoint.ts";
import type { Api } from "../api/client.ts";
import type { ApiError, Result } from "../api/result.ts";
import { createOneRequest } from "./one-request.ts";

type Deliveries = { items: WebhookDelivery[]; nextCursor: string | null };

export type Webhooks = {
  /** Null: not loaded yet. */
  endpoints: ReadonlySignal<WebhookEndpoint[] | null>;
  /** By endpoint; without those that were not opened. */
  deliveries: ReadonlySignal<Readonly<Record<string, Deliveries>>>;
  error: ReadonlySignal<ApiError | null>;
  /** A request is under way: another one is not started. */
  isBusy: ReadonlySignal<boolean>;
  /** The new secret of an endpoint, until `hideSecret`: the studio shows it once. */
  secret: ReadonlySignal<string | null>;
  hideSecret(): void;
  clearError(): void;
  load(): Promise<void>;
  /** False: refused, or another request is under way. So for the others. */
  create(endpoint: EndpointBody): Promise<boolean>;
  change(id: string, change: EndpointChange): Promise<boolean>;
  rotate(id: string): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  /** Sends a test and shows how it ends. */
  test(id: string): Promise<boolean>;
  loadDeliveries(id: string): Promise<boolean>;
  loadMore(id: string): Promise<boolean>;
  resend(id: string, deliveryId: string): Promise<boolean>;
};

const PATH = "/api/webhook-endpoints";
/** How often, and how many times, the studio looks whether a delivery has been sent. The Worker waits 10 s for a response. */
const LOOK_MS = 1_000;
const MAX_LOOKS = 12;

export function createWebhooks(api: Pick<Api, "call">, lookMs = LOOK_MS): Webhooks {
  const endpoints = signal<WebhookEndpoint[] | null>(null);
  const deliveries = signal<Readonly<Record<string, Deliveries>>>({});
  const { error, isBusy, once } = createOneRequest<ApiError>();
  const secret = signal<string | null>(null);

  async function reload(): Promise<ApiError | null> {
    const listed = await api.call<{ endpoints: WebhookEndpoint[] }>("GET", PATH);
    if (listed.ok) endpoints.value = listed.value.endpoints;
    return listed.ok ? null : listed.error;
  }

  function replace(endpoint: WebhookEndpoint): void {
    const known = endpoints.value ?? [];
    endpoints.value = known.some(({ id }) => id === endpoint.id)
      ? known.map((one) => (one.id === endpoint.id ? endpoint : one))
      : [...known, endpoint];
  }

  /** The list may be outdated: another tab changed it, or the response of a change was lost. */
  async function failed(why: ApiError): Promise<ApiError> {
    await reload();
    return why;
  }

  async function keepSecret(
    request: Promise<Result<{ endpoint: WebhookEndpoint; secret: string }>>,
  ): Promise<ApiError | null> {
    const result = await request;
    if (!result.ok) return failed(result.error);
    secret.value = result.value.secret;
    replace(result.value.endpoint);
    return null;
  }

  async function reloadDeliveries(id: string, cursor?: string): Promise<ApiError | null> {
    const query = cursor === undefined ? "" : `?cursor=${encodeURIComponent(cursor)}`;
    const listed = await api.call<{ deliveries: WebhookDelivery[]; nextCursor: string | null }>(
      "GET",
      `${PATH}/${id}/deliveries${query}`,
    );
    if (!listed.ok) return failed(listed.error);
    const before = cursor === undefined ? [] : (deliveries.value[id]?.items ?? []);
    const items = [...before, ...listed.value.deliveries];
    deliveries.value = { ...deliveries.value, [id]: { items, nextCursor: listed.value.nextCursor } };
    return null;
  }

  /** Sends, and reloads until the attempt has ended. An attempt may disable the endpoint. */
  async function send(id: string, path: string): Promise<ApiError | null> {
    const sent = await api.call<{ delivery: WebhookDelivery }>("POST", `${PATH}/${id}/${path}`);
    if (!sent.ok) return failed(sent.error);
    const { delivery } = sent.value;
    for (let look = 0; look < MAX_LOOKS; look += 1) {
      const failed = await reloadDeliveries(id);
      if (failed) return failed;
      const current = deliveries.value[id]?.items.find((one) => one.id === delivery.id);
      if (current?.status !== "pending" || current.attempts > delivery.attempts) break;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
    return reload();
  }

  return {
    endpoints,
    deliveries,
    error,
    isBusy,
    secret,
    hideSecret: () => {
      secret.value = null;
    },
    clearError: () => {
      error.value = null;
    },
    load: async () => void (await once(reload)),
    create: (body) => once(() => keepSecret(api.call("POST", PATH, { body }))),
    change: (id, body) =>
      once(async () => {
        const changed = await api.call<{ endpoint: WebhookEndpoint }>("PATCH", `${PATH}/${id}`, { body });
        if (!changed.ok) return failed(changed.error);
        replace(changed.value.endpoint);
        return null;
      }),
    rotate: (id) => once(() => keepSecret(api.call("POST", `${PATH}/${id}/rotate`))),
    remove: (id) =>
      once(async () => {
        const removed = await api.call<void>("DELETE", `${PATH}/${id}`);
        // 404: it is gone already, perhaps by a first request whose response was lost.
        if (!removed.ok && removed.error.code !== "not_found") return removed.error;
        endpoints.value = (endpoints.value ?? []).filter((endpoint) => endpoint.id !== id);
        return null;
      }),
    test: (id) => once(() => send(id, "test")),
    loadDeliveries: (id) => once(() => reloadDeliveries(id)),
    loadMore: (id) => once(() => reloadDeliveries(id, deliveries.value[id]?.nextCursor ?? undefined)),
    resend: (id, deliveryId) => once(() => send(id, `deliveries/${deliveryId}/resend`)),
  };
}
