/**
 * The Durable Object of one user: the only place that changes the state of the user's generations.
 *
 * Invariant: only an admission, an upload, a webhook endpoint, a cancel or a delete creates the tables; a webhook of Skytells never
 * does: a late one must not recreate the object of a deleted account.
 */
import * as z from "zod";
import { CLOSE_POLICY_VIOLATION } from "../shared/error-codes.ts";
import type { Plan } from "../shared/plans.ts";
import type { BulkResult } from "../api/schemas/generation.ts";
import type { Limits } from "../api/schemas/session.ts";
import type { EndpointChange } from "../api/schemas/requests/webhook-endpoint.ts";
import type { WebhookDelivery, WebhookEndpoint } from "../api/schemas/webhook-endpoint.ts";
import type { SessionClaim } from "../db/users.ts";
import { CANCEL_WAIT_MS, THUMBNAIL_WAIT_MS } from "../config/limits.ts";
import type { GenerationRecord } from "../api/generation.ts";
import { ok, type Result, refuse } from "../api/problem.ts";
import { imageNotFound } from "../api/refusals.ts";
import { Announcements } from "./announcements.ts";
import { limitsOf } from "./plan-limits.ts";
import { cancelGeneration } from "./tasks/cancel.ts";
import { pushLimits } from "./context.ts";
import type { DeliveryList, DeliveryPage, NewEndpoint } from "./endpoints/manage.ts";
import * as webhooks from "./endpoints/manage.ts";
import { hasTask } from "./jobs/transitions.ts";
import { generate } from "./tasks/create.ts";
import * as rpc from "./rpc.ts";
import type { GenerateCommand, IncomingWebhook } from "./rpc.ts";
import { completeUpload, reserveUpload } from "./tasks/upload.ts";
import { referenceKeyOf } from "./tasks/reference.ts";
import { applyWebhook, type WebhookOutcome } from "./tasks/apply-webhook.ts";
import { recordOfJob } from "./jobs/job.ts";
import type { SocketOwner } from "./sockets.ts";
import { StudioObject } from "./studio-object.ts";
import { writeRecord } from "./tasks/record.ts";
import { removeGenerations } from "./tasks/delete.ts";
import { fetchStatus } from "./tasks/settle.ts";
import type { UploadedImage } from "./upload-store.ts";

/** What the object adds to an export. */
export type ObjectExport = {
  limits: Limits;
  unrecorded: GenerationRecord[];
  webhookEndpoints: WebhookEndpoint[];
};

export class UserStudio extends StudioObject {
  private readonly announcements = new Announcements();

  /** Creates a generation, or returns the one that has this Idempotency-Key. */
  async generate(command: GenerateCommand): Promise<Result<GenerationRecord>> {
    const parsed = rpc.generateCommand.parse(command);
    await this.ensureAlarm();
    return generate(this.context(), parsed, () => this.isWithinRate(parsed.claim.userId));
  }

  /** Reserves an upload, before the Worker stores its file. */
  async reserveUpload(claim: SessionClaim, id: string): Promise<Result<null>> {
    await this.ensureAlarm();
    return reserveUpload(this.context(), rpc.sessionClaim.parse(claim), id);
  }

  /** The file of an upload is in R2. Returns when it expires, in milliseconds since the epoch. */
  async completeUpload(id: string, image: UploadedImage): Promise<Result<number>> {
    await this.ensureAlarm();
    return completeUpload(this.context(), id, rpc.uploadedImage.parse(image));
  }

  /** Gives up an upload whose file was not stored. */
  async dropUpload(id: string): Promise<void> {
    this.uploads.drop(id, this.now());
    await this.ensureAlarm();
    this.deleteUploads();
  }

  /** The R2 key of the image that the job's signed URL shows; null if there is none now. */
  async referenceKey(jobId: string): Promise<string | null> {
    await this.ensureAlarm();
    return referenceKeyOf(this.context(), jobId);
  }

  /** Applies a webhook. On disk when this returns; the work that follows runs in the background. */
  async deliver(webhook: IncomingWebhook): Promise<WebhookOutcome> {
    const { jobId, prediction } = rpc.incomingWebhook.parse(webhook);
    await this.ensureAlarm();
    return applyWebhook(this.context(), jobId, prediction);
  }

  /**
   * A job's generation by id or pending id; null without a job. `claim`: D1 did not answer, so the object authorizes the
   * session.
   */
  async find(
    id: string,
    claim: SessionClaim | null = null,
  ): Promise<GenerationRecord | "deleted" | "unauthenticated" | "suspended" | null> {
    await this.ensureAlarm();
    const refusal = claim && this.revocations.refusalOf(rpc.sessionClaim.parse(claim));
    if (refusal) return refusal.code === "suspended" ? "suspended" : "unauthenticated";
    const job = this.jobs.byAnyId(id);
    if (!job) return null;
    return job.deleted ? "deleted" : recordOfJob(job);
  }

  /**
   * A job's generation, as soon as its status or progress differs from what the caller knows, or when the time is over.
   * A success is returned with its thumbnails made. `busy`: too many calls wait. Null without a job.
   */
  async waitFor(id: string, wait: Partial<rpc.Wait> = {}): Promise<GenerationRecord | "busy" | null> {
    await this.ensureAlarm();
    const { status, progress, ms } = rpc.wait.parse(wait);
    const end = this.now() + ms;
    const find = () => {
      const job = this.jobs.byAnyId(id);
      return job && !job.deleted ? job : null;
    };
    for (;;) {
      const job = find();
      if (!job) return null;
      const left = end - this.now();
      if (job.status !== status || job.progress !== progress || left <= 0) break;
      const changed = this.waiters.next(job.id, left);
      if (!changed) return "busy";
      await changed;
    }
    const job = find();
    if (job?.status === "succeeded") await this.settling.whenIdle(job.id, THUMBNAIL_WAIT_MS);
    const current = find();
    return current && recordOfJob(current);
  }

  /** Cancels a generation and waits up to `CANCEL_WAIT_MS` for Skytells. */
  async cancel(claim: SessionClaim, id: string): Promise<Result<GenerationRecord>> {
    await this.ensureAlarm();
    return cancelGeneration(this.context(), rpc.sessionClaim.parse(claim), id, (jobId) =>
      this.withTimeLimit(this.settling.cancelAndSettle(jobId)),
    );
  }

  /** Deletes a generation. On success its row, files and share link are gone. */
  async remove(claim: SessionClaim, id: string): Promise<Result<null>> {
    const removed = await this.removeMany(claim, [id]);
    if (!removed.ok) return removed;
    if (removed.value.missing.length > 0) return imageNotFound();
    if (removed.value.done.length > 0) return ok(null);
    return refuse(
      "storage_unavailable",
      "The studio's storage is not available right now. The image will be deleted when it is available again.",
    );
  }

  /** Deletes several generations. */
  async removeMany(claim: SessionClaim, ids: string[]): Promise<Result<BulkResult>> {
    await this.ensureAlarm();
    return removeGenerations(this.context(), rpc.sessionClaim.parse(claim), ids, (id) =>
      this.settling.cancelAndSettle(id),
    );
  }

  /** Deletes the account: see `AccountDeletion.request`. */
  async deleteAccount(userId: string, claim: SessionClaim | null): Promise<Result<null>> {
    await this.ensureAlarm();
    return this.deletion.request(userId, claim && rpc.sessionClaim.parse(claim));
  }

  /** The plan's limits and their use. */
  async limits(plan: Plan): Promise<Limits> {
    await this.ensureAlarm();
    return limitsOf(this.jobs, this.context().settings, this.now())(rpc.plan.parse(plan));
  }

  /** What an export adds to D1's rows: the limits, generations without a row, and webhook endpoints. */
  async exportOf(plan: Plan): Promise<ObjectExport> {
    const limits = await this.limits(plan);
    const webhookEndpoints = await webhooks.presentEndpoints(this.context());
    const jobs = this.jobs.ids().flatMap((id) => this.jobs.get(id) ?? []);
    const unrecorded = jobs.filter((job) => !job.recorded && !job.deleted).map(recordOfJob);
    return { limits, unrecorded, webhookEndpoints };
  }

  /** The user's webhook endpoints, oldest first. */
  async listEndpoints(claim: SessionClaim): Promise<Result<WebhookEndpoint[]>> {
    await this.ensureAlarm();
    return webhooks.listEndpoints(this.context(), rpc.sessionClaim.parse(claim));
  }

  async createEndpoint(claim: SessionClaim, endpoint: NewEndpoint): Promise<Result<WebhookEndpoint>> {
    await this.ensureAlarm();
    const parsed = rpc.newEndpoint.parse(endpoint);
    return webhooks.createEndpoint(this.context(), rpc.sessionClaim.parse(claim), parsed);
  }

  async changeEndpoint(
    claim: SessionClaim,
    id: string,
    change: EndpointChange,
    origin: string,
  ): Promise<Result<WebhookEndpoint>> {
    await this.ensureAlarm();
    const parsed = rpc.endpointChange.parse(change);
    return webhooks.changeEndpoint(this.context(), rpc.sessionClaim.parse(claim), id, parsed, origin);
  }

  async deleteEndpoint(claim: SessionClaim, id: string): Promise<Result<null>> {
    await this.ensureAlarm();
    return webhooks.deleteEndpoint(this.context(), rpc.sessionClaim.parse(claim), id);
  }

  async rotateEndpoint(claim: SessionClaim, id: string, secret: string): Promise<Result<WebhookEndpoint>> {
    await this.ensureAlarm();
    return webhooks.rotateEndpoint(this.context(), rpc.sessionClaim.parse(claim), id, secret);
  }

  async testEndpoint(claim: SessionClaim, id: string, deliveryId: string): Promise<Result<WebhookDelivery>> {
    await this.ensureAlarm();
    return webhooks.testEndpoint(this.context(), rpc.sessionClaim.parse(claim), id, deliveryId);
  }

  async resendDelivery(
    claim: SessionClaim,
    id: string,
    deliveryId: string,
  ): Promise<Result<WebhookDelivery>> {
    await this.ensureAlarm();
    return webhooks.resendDelivery(this.context(), rpc.sessionClaim.parse(claim), id, deliveryId);
  }

  /** The endpoint's deliveries, newest first. */
  async listDeliveries(claim: SessionClaim, id: string, list?: DeliveryList): Promise<Result<DeliveryPage>> {
    await this.ensureAlarm();
    const parsed = rpc.deliveryList.parse(list);
    return webhooks.listDeliveries(this.context(), rpc.sessionClaim.parse(claim), id, parsed);
  }

  /**
   * Writes to D1 what it does not have yet of these generations, of all with null. True: something was pending. Returns when
   * D1 has it, or has failed.
   */
  async record(ids: string[] | null = null): Promise<boolean> {
    await this.ensureAlarm();
    const known = z.array(z.string()).nullable().parse(ids);
    const jobs = (known ?? this.jobs.ids()).flatMap((id) => this.jobs.byAnyId(id) ?? []);
    const pending = jobs.filter((job) => hasTask(job, "record"));
    await Promise.all(pending.map((job) => writeRecord(this.context(), job.id)));
    return pending.length > 0;
  }

  /** Pushes the limits of the new plan. Running generations continue. */
  async planChanged(plan: Plan): Promise<void> {
    await this.ensureAlarm();
    this.sockets.setPlan(rpc.plan.parse(plan));
    pushLimits(this.context());
  }

  /** Pushes a change that was made in D1 only (favorite, share link). */
  async announce(record: GenerationRecord): Promise<void> {
    await this.announceMany([record]);
  }

  async announceMany(records: GenerationRecord[] = []): Promise<void> {
    await this.ensureAlarm();
    const ids = z
      .array(rpc.generationRecord)
      .parse(records)
      .map(({ id }) => id);
    await this.announcements.push(this.context(), this.ctx.id.name ?? "", ids);
  }

  /** Ends the sessions with a lower epoch. */
  async endSessions(epoch: number = 0): Promise<void> {
    await this.ensureAlarm();
    this.revocations.endSessions(epoch);
    this.sockets.endSessions(epoch);
  }

  /** Closes the sockets of revoked API keys. */
  async endKeys(ids: string[] = []): Promise<void> {
    await this.ensureAlarm();
    this.sockets.endKeys(z.array(z.string()).parse(ids));
  }

  /**
   * Suspends the user and closes all sockets. Running generations continue. Keeps its name, because the Worker of another
   * version may call it.
   */
  async closeSockets(): Promise<void> {
    await this.ensureAlarm();
    this.revocations.setSuspended(true);
    this.sockets.closeAll();
  }

  /** Ends the suspension. */
  async restore(): Promise<void> {
    await this.ensureAlarm();
    this.revocations.setSuspended(false);
    this.sender.resume();
  }

  /** Fetches a generation's status from Skytells and settles it; null without a job. */
  async recheck(id: string): Promise<GenerationRecord | null> {
    await this.ensureAlarm();
    const job = this.jobs.byAnyId(id);
    if (!job || job.deleted) return null;
    await fetchStatus(this.context(), job);
    this.jobs.postpone(job.id, this.now());
    await this.withTimeLimit(this.settling.settle(job.id, true));
    const after = this.jobs.get(job.id);
    return after && !after.deleted ? recordOfJob(after) : null;
  }

  /** For the doctor, in an object of its own: whether an alarm fires in time. False in a user's object. */
  async testAlarm(ms?: number): Promise<boolean> {
    await this.ensureAlarm();
    return this.firesAlarm(rpc.alarmWait.parse(ms));
  }

  /** Opens a socket. Only the Worker calls this; `x-socket-owner` describes the session. */
  override async fetch(request: Request): Promise<Response> {
    await this.ensureAlarm();
    const owner: SocketOwner = JSON.parse(request.headers.get("x-socket-owner") ?? "null");
    const inFlight = this.jobs.open().map(recordOfJob);
    return this.sockets.open(owner, inFlight, await this.limits(owner.plan));
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    await this.ensureAlarm();
    // Clients send only pings, which are answered without waking the object.
    if (message !== "ping") socket.close(CLOSE_POLICY_VIOLATION, "unexpected message");
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    await this.ensureAlarm();
    // 1005 and 1006 mean that there was no close frame to answer.
    if (code !== 1005 && code !== 1006) socket.close(code);
  }

  /** Waits at most `CANCEL_WAIT_MS`; the work continues in the background. */
  private async withTimeLimit(work: Promise<unknown>): Promise<void> {
    this.ctx.waitUntil(work);
    await Promise.race([work, new Promise((resolve) => setTimeout(resolve, CANCEL_WAIT_MS))]);
  }

  private async isWithinRate(userId: string): Promise<boolean> {
    try {
      return (await this.env.RL_GENERATE.limit({ key: userId })).success;
    } catch {
      // The rate limit is only against abuse; the plan's limits do not depend on it.
      return true;
    }
  }
}
