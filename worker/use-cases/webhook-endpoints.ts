/** Webhook endpoints. They are in the user's object, which authorizes the claim. */
import type { Position } from "../api/cursor.ts";
import { ok, type Result } from "../api/problem.ts";
import type { EndpointBody, EndpointChange } from "../api/schemas/requests/webhook-endpoint.ts";
import type { WebhookDelivery, WebhookEndpoint } from "../api/schemas/webhook-endpoint.ts";
import { newSecret } from "../auth/webhook-secret.ts";
import { claimOf, type SessionClaim } from "../db/users.ts";
import { callStudio } from "../studio/client.ts";
import type { DeliveryPage } from "../studio/endpoints/manage.ts";
import type { Deps } from "./deps.ts";

type WithEnv = Pick<Deps, "env">;

/** With a secret that is shown only once. */
export type EndpointWithSecret = { endpoint: WebhookEndpoint; secret: string };

/** All endpoints of the user, oldest first. */
export function listEndpoints({ env }: WithEnv, claim: SessionClaim): Promise<Result<WebhookEndpoint[]>> {
  return callStudio(env, claim.userId, (studio) => studio.listEndpoints(claimOf(claim)));
}

export async function createEndpoint(
  { env, origin }: Pick<Deps, "env" | "origin">,
  claim: SessionClaim,
  { url, includePrompt = false }: EndpointBody,
): Promise<Result<EndpointWithSecret>> {
  // Made here, so that a repeated call of the object makes one endpoint.
  const endpoint = { id: crypto.randomUUID(), url, includePrompt, secret: newSecret(), origin };
  const created = await callStudio(env, claim.userId, (studio) =>
    studio.createEndpoint(claimOf(claim), endpoint),
  );
  return withSecret(created, endpoint.secret);
}

export function changeEndpoint(
  { env, origin }: Pick<Deps, "env" | "origin">,
  claim: SessionClaim,
  { id, change }: { id: string; change: EndpointChange },
): Promise<Result<WebhookEndpoint>> {
  return callStudio(env, claim.userId, (studio) => studio.changeEndpoint(claimOf(claim), id, change, origin));
}

/** A repeated call of the object may find it deleted. */
export function deleteEndpoint({ env }: WithEnv, claim: SessionClaim, id: string): Promise<Result<null>> {
  return callStudio(env, claim.userId, (studio) => studio.deleteEndpoint(claimOf(claim), id));
}

/** The old secret signs beside the new one for a day. */
export async function rotateEndpoint(
  { env }: WithEnv,
  claim: SessionClaim,
  id: string,
): Promise<Result<EndpointWithSecret>> {
  const secret = newSecret();
  const rotated = await callStudio(env, claim.userId, (studio) =>
    studio.rotateEndpoint(claimOf(claim), id, secret),
  );
  return withSecret(rotated, secret);
}

function withSecret(result: Result<WebhookEndpoint>, secret: string): Result<EndpointWithSecret> {
  return result.ok ? ok({ endpoint: result.value, secret }) : result;
}

/** Sends a test event. */
export function testEndpoint(
  { env }: WithEnv,
  claim: SessionClaim,
  id: string,
): Promise<Result<WebhookDelivery>> {
  const deliveryId = crypto.randomUUID();
  return callStudio(env, claim.userId, (studio) => studio.testEndpoint(claimOf(claim), id, deliveryId));
}

/** The newest deliveries after a position. */
export function listDeliveries(
  { env }: WithEnv,
  claim: SessionClaim,
  { id, limit, after }: { id: string; limit: number; after: Position | null },
): Promise<Result<DeliveryPage>> {
  return callStudio(env, claim.userId, (studio) =>
    studio.listDeliveries(claimOf(claim), id, { limit, after }),
  );
}

export function resendDelivery(
  { env }: WithEnv,
  claim: SessionClaim,
  { id, deliveryId }: { id: string; deliveryId: string },
): Promise<Result<WebhookDelivery>> {
  return callStudio(env, claim.userId, (studio) => studio.resendDelivery(claimOf(claim), id, deliveryId));
}
