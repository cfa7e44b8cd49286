/** What a user can do with webhook endpoints. Each function authorizes the user, then acts without an await. */
import type { Position } from "../../api/cursor.ts";
import { ok, type Result, refuse, StorageUnavailable } from "../../api/problem.ts";
import { STORAGE_UNAVAILABLE, UNAUTHENTICATED } from "../../api/refusals.ts";
import type { EndpointChange } from "../../api/schemas/requests/webhook-endpoint.ts";
import type { WebhookDelivery, WebhookEndpoint } from "../../api/schemas/webhook-endpoint.ts";
import { authorize } from "../../auth/principal.ts";
import { SECRET_OVERLAP_MS } from "../../config/limits.ts";
import type { SessionClaim } from "../../db/users.ts";
import { MAX_ENDPOINTS } from "../../shared/webhooks.ts";
import type { StudioContext } from "../context.ts";
import type { Delivery } from "./deliveries.ts";
import type { Endpoint } from "./endpoints.ts";
import { recordTest } from "./events.ts";
import { openSecret, sealSecret } from "./sealed-secret.ts";
import { type UrlProblem, urlProblem } from "./url-rule.ts";

const endpointNotFound = () => refuse("not_found", "There is no such webhook endpoint.");
const deliveryNotFound = () => refuse("not_found", "There is no such delivery.");

const URL_SENTENCES: Record<UrlProblem, string> = {
  malformed: "is not a URL",
  too_long: "is too long",
  not_https: "must begin with https://",
  has_port: "must not name a port",
  has_user: "must not contain a user name or password",
  not_public: "must have a public domain name",
  own_host: "is the address of this studio",
};

/** Why the user may not act; null: they may. */
async function refusalOf(context: StudioContext, claim: SessionClaim) {
  try {
    const principal = await authorize(context.db, claim);
    if (!principal.ok) return principal;
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    return { ok: false, refusal: STORAGE_UNAVAILABLE } as const;
  }
  // A request that was authorized before the account's deletion must not recreate its tables.
  return context.isDeletingAccount ? ({ ok: false, refusal: UNAUTHENTICATED } as const) : null;
}

function rejectedUrl(context: StudioContext, url: string, origin: string) {
  const problem = urlProblem(url, context.settings.publicOrigin ?? origin);
  return problem && refuse("invalid_request", `url: ${URL_SENTENCES[problem]}`);
}

export async function listEndpoints(
  context: StudioContext,
  claim: SessionClaim,
): Promise<Result<WebhookEndpoint[]>> {
  return (await refusalOf(context, claim)) ?? ok(await presentEndpoints(context));
}

/** All endpoints, without their secrets. */
export function presentEndpoints(context: StudioContext): Promise<WebhookEndpoint[]> {
  return Promise.all(context.endpoints.list().map((endpoint) => presentEndpoint(context, endpoint)));
}

export type NewEndpoint = { id: string; url: string; includePrompt: boolean; secret: string; origin: string };

/** Can be repeated with the same id and secret. */
export async function createEndpoint(
  context: StudioContext,
  claim: SessionClaim,
  { id, url, includePrompt, secret, origin }: NewEndpoint,
): Promise<Result<WebhookEndpoint>> {
  const rejected = rejectedUrl(context, url, origin);
  if (rejected) return rejected;
  const sealed = await sealSecret(context.settings.sessionSecrets, id, secret);
  const refused = await refusalOf(context, claim);
  if (refused) return refused;
  const endpoint: Endpoint = {
    id,
    url: new URL(url).href,
    includePrompt,
    origin,
    secret: sealed,
    previousSecret: null,
    previousUntil: null,
    disabledReason: null,
    failingSince: null,
    createdAt: context.now(),
  };
  if (!context.endpoints.insert(endpoint)) {
    return refuse("maximum_reached", `You can have at most ${MAX_ENDPOINTS} webhook endpoints.`);
  }
  context.revocations.save();
  return ok(await presentEndpoint(context, endpoint));
}

export async function changeEndpoint(
  context: StudioContext,
  claim: SessionClaim,
  id: string,
  { url, includePrompt, enabled }: EndpointChange,
  origin: string,
): Promise<Result<WebhookEndpoint>> {
  const rejected = url === undefined ? null : rejectedUrl(context, url, origin);
  if (rejected) return rejected;
  const refused = await refusalOf(context, claim);
  if (refused) return refused;
  const before = context.endpoints.get(id);
  if (!before) return endpointNotFound();
  const endpoint: Endpoint = {
    ...before,
    ...(url !== undefined && { url: new URL(url).href, origin, failingSince: null }),
    ...(includePrompt !== undefined && { includePrompt }),
    ...(enabled === true && { disabledReason: null, failingSince: null }),
    ...(enabled === false && { disabledReason: before.disabledReason ?? "user" }),
  };
  context.endpoints.save(endpoint);
  if (endpoint.disabledReason !== null) context.deliveries.failPending(id, context.now());
  context.arm();
  return ok(await presentEndpoint(context, endpoint));
}

export async function deleteEndpoint(
  context: StudioContext,
  claim: SessionClaim,
  id: string,
): Promise<Result<null>> {
  const refused = await refusalOf(context, claim);
  if (refused) return refused;
  if (!context.endpoints.get(id)) return endpointNotFound();
  context.endpoints.delete(id);
  context.deliveries.deleteOf(id);
  return ok(null);
}

/** Makes `secret` the endpoint's; the old one signs beside it for a day. Can be repeated with the same secret. */
export async function rotateEndpoint(
  context: StudioContext,
  claim: SessionClaim,
  id: string,
  secret: string,
): Promise<Result<WebhookEndpoint>> {
  const { endpoints, settings, now } = context;
  const refused = await refusalOf(context, claim);
  if (refused) return refused;
  const sealed = await sealSecret(settings.sessionSecrets, id, secret);
  let current = endpoints.get(id);
  let known: Endpoint | null;
  let opened: Awaited<ReturnType<typeof openSecret>>;
  // Until the secret did not change during the await.
  do {
    known = current;
    opened = known && (await openSecret(settings.sessionSecrets, id, known.secret));
    current = endpoints.get(id);
  } while (current && current.secret !== known?.secret);
  if (!current || context.isDeletingAccount) return endpointNotFound();
  const isRepeat = opened?.secret === secret;
  const endpoint: Endpoint = isRepeat
    ? current
    : {
        ...current,
        secret: sealed,
        previousSecret: current.secret,
        previousUntil: opened ? now() + SECRET_OVERLAP_MS : null,
      };
  endpoints.save(endpoint);
  return ok(await presentEndpoint(context, endpoint));
}

/** Sends a test event, once. Can be repeated with the same delivery id. */
export async function testEndpoint(
  context: StudioContext,
  claim: SessionClaim,
  id: string,
  deliveryId: string,
): Promise<Result<WebhookDelivery>> {
  const refused = await refusalOf(context, claim);
  if (refused) return refused;
  const endpoint = context.endpoints.get(id);
  if (!endpoint) return endpointNotFound();
  if (endpoint.disabledReason !== null) return endpointDisabled();
  recordTest(context, endpoint, deliveryId);
  return sendNow(context, deliveryId);
}

/** Sends a delivery again, under the same `webhook-id`; a pending one at once. */
export async function resendDelivery(
  context: StudioContext,
  claim: SessionClaim,
  id: string,
  deliveryId: string,
): Promise<Result<WebhookDelivery>> {
  const refused = await refusalOf(context, claim);
  if (refused) return refused;
  const endpoint = context.endpoints.get(id);
  if (!endpoint) return endpointNotFound();
  if (context.deliveries.get(deliveryId)?.endpointId !== id) return deliveryNotFound();
  if (endpoint.disabledReason !== null) return endpointDisabled();
  context.deliveries.restart(deliveryId, context.now());
  return sendNow(context, deliveryId);
}

const endpointDisabled = () => refuse("not_ready", "This webhook endpoint is disabled. Enable it first.");

function sendNow({ deliveries, arm, sendWebhooksLater }: StudioContext, id: string): Result<WebhookDelivery> {
  const delivery = deliveries.get(id);
  arm();
  sendWebhooksLater();
  return delivery ? ok(presentDelivery(delivery)) : deliveryNotFound();
}

export type DeliveryList = { limit: number; after: Position | null };
export type DeliveryPage = { deliveries: WebhookDelivery[]; next: Position | null };

/** The newest deliveries after a position. */
export async function listDeliveries(
  context: StudioContext,
  claim: SessionClaim,
  id: string,
  { limit, after }: DeliveryList,
): Promise<Result<DeliveryPage>> {
  const refused = await refusalOf(context, claim);
  if (refused) return refused;
  if (!context.endpoints.get(id)) return endpointNotFound();
  const found = context.deliveries.page(id, limit + 1, after);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const next = last && found.length > limit ? { createdAt: last.createdAt, id: last.id } : null;
  return ok({ deliveries: page.map(presentDelivery), next });
}

async function presentEndpoint(
  { settings, now }: StudioContext,
  { id, url, includePrompt, secret, previousUntil, disabledReason, failingSince, createdAt }: Endpoint,
): Promise<WebhookEndpoint> {
  return {
    id,
    url,
    includePrompt,
    enabled: disabledReason === null,
    disabledReason,
    needsRotation: (await openSecret(settings.sessionSecrets, id, secret)) === null,
    previousSecretUntil: previousUntil !== null && previousUntil > now() ? isoOf(previousUntil) : null,
    failingSince: isoOrNull(failingSince),
    createdAt: isoOf(createdAt),
  };
}

function presentDelivery(delivery: Delivery): WebhookDelivery {
  return {
    id: delivery.id,
    type: delivery.event,
    generation: delivery.generationId,
    status: delivery.status,
    attempts: delivery.attempts,
    createdAt: isoOf(delivery.createdAt),
    lastAttemptAt: isoOrNull(delivery.lastAttemptAt),
    nextAttemptAt: isoOrNull(delivery.nextAt),
    responseStatus: delivery.responseStatus,
    error: delivery.error,
  };
}

const isoOf = (time: number) => new Date(time).toISOString();
const isoOrNull = (time: number | null) => (time === null ? null : isoOf(time));
