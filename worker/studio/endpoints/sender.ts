/**
 * Sends due deliveries in the background: a few at a time, and one per endpoint, so that a receiver that hangs delays
 * neither other endpoints nor the jobs.
 */
import { MAX_FAILING_MS, MAX_SENDING_WEBHOOKS, HOLD_WEBHOOKS_MS } from "../../config/limits.ts";
import { findRecentUser } from "../../db/recent-users.ts";
import { log, logError, reasonOf } from "../../lib/log.ts";
import { TEST_EVENT } from "../../shared/webhooks.ts";
import type { StudioContext } from "../context.ts";
import type { Attempt, Deliveries, Delivery } from "./deliveries.ts";
import type { Endpoint } from "./endpoints.ts";
import { bodyOf } from "./events.ts";
import { type Outcome, postEvent } from "./request.ts";
import { nextAttemptAt } from "./retry-schedule.ts";
import { openSecret, sealSecret } from "./sealed-secret.ts";
import { signedHeaders } from "./signature.ts";
import { urlProblem } from "./url-rule.ts";

const GONE = 410;

export class Sender {
  private readonly deliveries: Deliveries;
  private readonly context: () => StudioContext;
  /** Ids of the endpoints to which a request is being sent. */
  private readonly sending = new Set<string>();
  /** Until then nothing is sent: the account is suspended, or an attempt met a bug. */
  private heldUntil = 0;

  constructor(deliveries: Deliveries, context: () => StudioContext) {
    this.deliveries = deliveries;
    this.context = context;
  }

  get isSending(): boolean {
    return this.sending.size > 0;
  }

  /** When a delivery is due or expires; null without any. Those being sent do not count. */
  get nextAt(): number | null {
    const dueAt = this.deliveries.earliest([...this.sending]);
    const times = [dueAt === null ? null : Math.max(dueAt, this.heldUntil), this.deliveries.expiresAt];
    const known = times.filter((at) => at !== null);
    return known.length === 0 ? null : Math.min(...known);
  }

  /** The suspension has ended. */
  resume(): void {
    this.heldUntil = 0;
    this.sendDue();
  }

  /** Starts what is due, and returns at once. */
  sendDue(): void {
    const { deliveries, isDeletingAccount, now, waitUntil, arm } = this.context();
    if (isDeletingAccount) return;
    while (this.sending.size < MAX_SENDING_WEBHOOKS && now() >= this.heldUntil) {
      const delivery = deliveries.nextDue(now(), [...this.sending]);
      if (!delivery) return;
      const { endpointId } = delivery;
      this.sending.add(endpointId);
      const work = this.attempt(delivery)
        .catch((error: unknown) => {
          logError("webhook_not_sent", { reason: reasonOf(error) });
          this.hold();
        })
        .finally(() => {
          this.sending.delete(endpointId);
          this.sendDue();
          arm();
        });
      waitUntil(work);
    }
  }

  private async attempt({ id, endpointId }: Delivery): Promise<void> {
    const context = this.context();
    if (await isSuspended(context)) return this.hold();
    // Read after the await: the prompt may have been deleted, the endpoint changed.
    const delivery = context.deliveries.get(id);
    const endpoint = context.endpoints.get(endpointId);
    if (!endpoint) return context.deliveries.deleteOf(endpointId);
    if (!delivery || context.isDeletingAccount) return;
    const outcome = await send(context, endpoint, delivery);
    if (!context.isDeletingAccount) applyOutcome(context, delivery, endpoint.url, outcome);
  }

  private hold(): void {
    this.heldUntil = this.context().now() + HOLD_WEBHOOKS_MS;
  }
}

/** By the user's row of a moment ago. A refusal is confirmed by the current row. */
async function isSuspended({ db, userId, revocations }: StudioContext): Promise<boolean> {
  const mayAct = async (isFresh: boolean) => {
    const user = await findRecentUser(db, userId, { isFresh });
    return user !== undefined && user.suspendedAt === null && user.deletedAt === null;
  };
  try {
    if (!revocations.hasSuspension && (await mayAct(false))) return false;
    return !(await mayAct(true));
  } catch {
    return revocations.hasSuspension;
  }
}

async function send(context: StudioContext, endpoint: Endpoint, delivery: Delivery): Promise<Outcome> {
  const { settings, now } = context;
  if (urlProblem(endpoint.url, settings.publicOrigin ?? endpoint.origin)) {
    return { responseStatus: null, error: "url_not_allowed" };
  }
  const secrets = await secretsOf(context, endpoint);
  if (!secrets) return { responseStatus: null, error: "secret_unreadable" };
  const body = bodyOf(delivery, endpoint);
  return postEvent(endpoint.url, await signedHeaders(secrets, delivery.id, body, now()), body);
}

/** The secrets that sign, the newest first; null: SESSION_SECRET has changed, and the secret must be rotated. */
async function secretsOf(context: StudioContext, endpoint: Endpoint): Promise<string[] | null> {
  const { endpoints, settings, now } = context;
  const { id, secret: sealed, previousSecret, previousUntil } = endpoint;
  const current = await openSecret(settings.sessionSecrets, id, sealed);
  if (!current) return null;
  const isOverlap = previousSecret !== null && (previousUntil ?? 0) > now();
  const previous = isOverlap ? await openSecret(settings.sessionSecrets, id, previousSecret) : null;
  if (current.isOutdated) {
    const secret = await sealSecret(settings.sessionSecrets, id, current.secret);
    const stored = endpoints.get(id);
    // Unless it was rotated meanwhile.
    if (stored?.secret === sealed) endpoints.save({ ...stored, secret });
  }
  return [current.secret, ...(previous ? [previous.secret] : [])];
}

/** Without an await: saves the attempt, and what it says about the endpoint, unless its URL has changed. */
function applyOutcome(
  context: StudioContext,
  { id, endpointId }: Delivery,
  url: string,
  outcome: Outcome,
): void {
  const { endpoints, deliveries } = context;
  const now = context.now();
  const delivery = deliveries.get(id);
  const endpoint = endpoints.get(endpointId);
  if (!delivery || !endpoint) return;
  log("webhook_sent", {
    host: URL.parse(url)?.hostname,
    type: delivery.event,
    attempt: delivery.attempts + 1,
    status: outcome.responseStatus,
    ...(outcome.error && { error: outcome.error }),
  });
  const after = endpoint.url === url ? endpointAfter(endpoint, delivery, outcome, now) : endpoint;
  if (after !== endpoint) endpoints.save(after);
  // Ended meanwhile, because the endpoint was disabled or too many were pending: only a success still counts.
  if (outcome.error === null || delivery.status === "pending") {
    deliveries.saveAttempt(id, attemptOf(delivery, after, outcome, now), now);
  }
  if (after.disabledReason !== null && endpoint.disabledReason === null) {
    log("webhook_endpoint_disabled", {
      host: URL.parse(endpoint.url)?.hostname,
      reason: after.disabledReason,
    });
    deliveries.failPending(endpointId, now);
  }
}

function endpointAfter(endpoint: Endpoint, { event }: Delivery, outcome: Outcome, now: number): Endpoint {
  if (outcome.error === null)
    return endpoint.failingSince === null ? endpoint : { ...endpoint, failingSince: null };
  if (endpoint.disabledReason !== null) return endpoint;
  if (outcome.responseStatus === GONE) return { ...endpoint, disabledReason: "gone" };
  // A test proves nothing about deliveries.
  if (event === TEST_EVENT) return endpoint;
  if (endpoint.failingSince === null) return { ...endpoint, failingSince: now };
  return now - endpoint.failingSince < MAX_FAILING_MS ? endpoint : { ...endpoint, disabledReason: "failing" };
}

function attemptOf(
  { event, attempts }: Delivery,
  { disabledReason }: Endpoint,
  { responseStatus, error }: Outcome,
  now: number,
): Attempt {
  if (error === null) return { status: "delivered", nextAt: null, responseStatus, error };
  const isOver = event === TEST_EVENT || disabledReason !== null;
  const nextAt = isOver ? null : nextAttemptAt(attempts + 1, now, Math.random());
  return { status: nextAt === null ? "failed" : "pending", nextAt, responseStatus, error };
}
