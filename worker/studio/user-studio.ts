/**
 * The Durable Object of one user: the only place that changes the state of the user's generations.
 *
 * Invariants: the alarm cannot be lost (`alarm()` never throws and re-arms last; every other entry makes sure that it is
 * set). Only an admission, a cancel or a delete creates the tables; a webhook never does: a late one must not recreate the
 * object of a deleted account.
 */
import { DurableObject } from "cloudflare:workers";
import * as z from "zod";
import type { Plan } from "../shared/plans.ts";
import type { BulkResult } from "../api/schemas/generation.ts";
import type { Limits } from "../api/schemas/session.ts";
import { databaseFor } from "../db/client.ts";
import type { SessionClaim } from "../db/users.ts";
import { CANCEL_WAIT_MS, MAX_IMAGES_IN_MEMORY } from "../config/limits.ts";
import { limitConcurrency } from "../lib/async.ts";
import { settingsOf } from "../config/settings.ts";
import type { GenerationRecord } from "../api/generation.ts";
import { log, logError, reasonOf } from "../lib/log.ts";
import { ok, type Result, refuse } from "../api/problem.ts";
import { imageNotFound } from "../api/refusals.ts";
import { limitsOf } from "./plan-limits.ts";
import { cancelGeneration } from "./tasks/cancel.ts";
import { AccountDeletionState } from "./tasks/account-deletion-state.ts";
import { pushLimits, type StudioContext } from "./context.ts";
import { generate } from "./tasks/create.ts";
import * as rpc from "./rpc.ts";
import type { Delivery, GenerateCommand } from "./rpc.ts";
import { ForgetPace } from "./forget-pace.ts";
import { applyWebhook } from "./tasks/webhook.ts";
import { AccountDeletion } from "./tasks/account-deletion.ts";
import { recordOfJob } from "./jobs/job.ts";
import { Jobs } from "./jobs/store.ts";
import { Sockets, type SocketOwner } from "./sockets.ts";
import { removeGenerations } from "./tasks/delete.ts";
import { Revocations } from "./revocations.ts";
import { Alarm, MIN_ALARM_DELAY_MS } from "./alarm.ts";
import { Schema } from "./schema.ts";
import { fetchStatus, Settling } from "./tasks/settle.ts";

export class UserStudio extends DurableObject<Env> {
  private readonly schema: Schema;
  private readonly jobs: Jobs;
  private readonly deletionState: AccountDeletionState;
  private readonly deletion: AccountDeletion;
  private readonly sockets: Sockets;
  private readonly revocations: Revocations;
  private readonly settling: Settling;
  private readonly alarmClock: Alarm;
  /** Tests replace it. */
  private readonly now: () => number = Date.now;
  private sharedContext: StudioContext | null = null;
  private hasRecovered = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.schema = new Schema(ctx.storage);
    this.jobs = new Jobs(ctx.storage.sql, this.schema);
    this.deletionState = new AccountDeletionState(ctx.storage.sql, this.schema);
    this.sockets = new Sockets(ctx);
    this.revocations = new Revocations(ctx.storage.sql, this.schema);
    if (this.revocations.epoch > 0) this.sockets.endSessions(this.revocations.epoch);
    this.settling = new Settling(() => this.context());
    this.deletion = new AccountDeletion(this.deletionState, {
      context: () => this.context(),
      isBusy: () => this.settling.size > 0 || this.context().creating.size > 0,
      wipe: () => this.wipe(),
      arm: () => this.alarmClock.arm(),
    });
    this.alarmClock = new Alarm(
      ctx.storage,
      () => this.now(),
      () => this.pending(),
    );
    if (this.deletionState.isUnderWay) this.sockets.endSessions(Number.POSITIVE_INFINITY);
  }

  /** Creates a generation, or returns the one that has this Idempotency-Key. */
  async generate(command: GenerateCommand): Promise<Result<GenerationRecord>> {
    const parsed = rpc.generateCommand.parse(command);
    await this.ensureAlarm();
    return generate(this.context(), parsed, () => this.isWithinRate(parsed.claim.userId));
  }

  /** Applies a webhook. On disk when this returns; the work that follows runs in the background. */
  async deliver(delivery: Delivery): Promise<"accepted" | "unknown" | "wrong_job"> {
    const { jobId, prediction } = rpc.delivery.parse(delivery);
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

  /** What an export adds to D1's rows: the limits, and generations without a row. */
  async exportOf(plan: Plan): Promise<{ limits: Limits; unrecorded: GenerationRecord[] }> {
    const limits = await this.limits(plan);
    const jobs = this.jobs.ids().flatMap((id) => this.jobs.get(id) ?? []);
    return { limits, unrecorded: jobs.filter((job) => !job.recorded && !job.deleted).map(recordOfJob) };
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
    for (const record of z.array(rpc.generationRecord).parse(records)) {
      if (!this.jobs.byPrediction(record.id)?.deleted) this.sockets.generation(record);
    }
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

  /** Opens a socket. Only the Worker calls this; `x-socket-owner` describes the session. */
  override async fetch(request: Request): Promise<Response> {
    await this.ensureAlarm();
    const owner: SocketOwner = JSON.parse(request.headers.get("x-socket-owner") ?? "null");
    const inFlight = this.jobs.open().map(recordOfJob);
    return this.sockets.open(owner, inFlight, await this.limits(owner.plan));
  }

  override async webSocketMessage(): Promise<void> {
    // Clients send only pings, which are answered without waking the object.
    await this.ensureAlarm();
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    await this.ensureAlarm();
    // 1005 and 1006 mean that there was no close frame to answer.
    if (code !== 1005 && code !== 1006) socket.close(code);
  }

  override async alarm(): Promise<void> {
    this.alarmClock.reset();
    try {
      this.recoverOnce();
      const { nextAt } = this.deletion;
      if (nextAt !== null && nextAt <= this.now()) this.ctx.waitUntil(this.deletion.resume());
      const settled = this.settling.settleDue();
      this.ctx.waitUntil(settled);
      // Slow passes continue in the background, so that other jobs get their alarm.
      await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, MIN_ALARM_DELAY_MS))]);
    } catch (error) {
      logError("alarm_failed", { reason: reasonOf(error) });
    } finally {
      this.alarmClock.arm();
    }
  }

  private context(): StudioContext {
    this.sharedContext ??= {
      bindings: this.env,
      db: databaseFor(this.env, this.ctx.id.name ?? ""),
      settings: settingsOf(this.env),
      jobs: this.jobs,
      sockets: this.sockets,
      revocations: this.revocations,
      isDeletingAccount: this.deletionState.isUnderWay,
      creating: new Map(),
      canceling: new Map(),
      recording: new Map(),
      forgetPace: new ForgetPace(),
      withImageMemory: limitConcurrency(MAX_IMAGES_IN_MEMORY),
      now: () => this.now(),
      waitUntil: (work) => this.ctx.waitUntil(work),
      arm: () => this.alarmClock.arm(),
      settleLater: (id) => this.ctx.waitUntil(this.settling.settle(id, true)),
    };
    return this.sharedContext;
  }

  /** The input gate is closed while storage is deleted. */
  private async wipe(): Promise<void> {
    await this.ctx.storage.deleteAll();
    this.schema.reset();
    this.deletionState.reset();
    this.revocations.reset();
    this.sharedContext = null;
    this.alarmClock.reset();
    log("account_deleted");
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

  private pending(): { dueAt: number | null; isWorking: boolean } {
    const times = [this.jobs.earliest(this.settling.ids()), this.deletion.nextAt].filter((at) => at !== null);
    return {
      dueAt: times.length === 0 ? null : Math.min(...times),
      isWorking: this.settling.size > 0 || this.deletion.isRunning,
    };
  }

  /** At the first entry: resumes what an earlier instance left unfinished. */
  private recoverOnce(): void {
    if (!this.hasRecovered) this.jobs.recoverInterrupted(this.now());
    this.hasRecovered = true;
  }

  /** Every entry calls this. */
  private async ensureAlarm(): Promise<void> {
    this.recoverOnce();
    await this.alarmClock.ensure();
  }
}
