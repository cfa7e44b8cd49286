/**
 * One user's studio: the only place where the state of a user's generations changes, and so the one place where
 * order is decided.
 *
 * Promise: the alarm cannot be lost. `alarm()` never throws, re-arms last, and every entry makes sure that it is
 * set. The constructor writes nothing, and nothing but an admission or a delete writes to an empty object: a late
 * webhook must not bring a deleted account's object back to life.
 */
import { DurableObject } from "cloudflare:workers";
import type { Plan } from "../shared/catalog.ts";
import type { BulkResult, Limits } from "../api/schemas.ts";
import { database } from "../db/client.ts";
import type { SessionClaim } from "../db/users.ts";
import { CANCEL_PATIENCE_MS, STEP_TIMEOUT_MS } from "../config/limits.ts";
import { settingsOf } from "../config/settings.ts";
import type { GenerationRecord } from "../api/generation.ts";
import { log, logError, reasonOf } from "../lib/log.ts";
import { ok, type Result, refuse } from "../api/problem.ts";
import type { Prediction } from "../skytells/prediction.ts";
import { limitsOf } from "./plan-limits.ts";
import { cancelGeneration } from "./tasks/cancel.ts";
import { Closing } from "./tasks/account-deletion-state.ts";
import { change, type StudioContext, tellLimits } from "./context.ts";
import { type GenerateCommand, generate } from "./tasks/create.ts";
import { AccountDeletion } from "./tasks/account-deletion.ts";
import { recordOfJob } from "./jobs/job.ts";
import { Jobs } from "./jobs/store.ts";
import { Live, type SocketOwner } from "./sockets.ts";
import { removeGenerations } from "./tasks/delete.ts";
import { look, tellCancel } from "./tasks/settle.ts";
import { Revocations } from "./revocations.ts";
import { Settling } from "./tasks/settling.ts";
import { heard, owes, parked } from "./jobs/transitions.ts";

/** Due jobs settled side by side; more would crowd the object's memory and its connections. */
const MAX_SETTLING = 6;
/** The alarm is the guarantee, not the way: what is settled at once is not raced by it. */
const ALARM_SLACK_MS = 1_000;

export type Delivery = { jobId: string | null; prediction: Prediction };

export class UserStudio extends DurableObject<Env> {
  private readonly jobs: Jobs;
  private readonly closing: Closing;
  private readonly deletion: AccountDeletion;
  private readonly live: Live;
  private readonly revocations: Revocations;
  private readonly settling: Settling;
  private parts: StudioContext | null = null;
  /** When the alarm that this instance set is due; null where that is not known. */
  private armedFor: number | null = null;
  private hasRecovered = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.jobs = new Jobs(ctx.storage.sql);
    this.closing = new Closing(ctx.storage.sql);
    this.live = new Live(ctx);
    this.revocations = new Revocations(ctx.storage.sql, () => !this.jobs.isEmpty);
    if (this.revocations.epoch > 0) this.live.endSessions(this.revocations.epoch);
    this.settling = new Settling(this.jobs, { context: () => this.context(), arm: () => this.arm() });
    this.deletion = new AccountDeletion(this.closing, {
      context: () => this.context(),
      isBusy: () => this.settling.size > 0 || this.context().creating.size > 0,
      wipe: () => this.wipe(),
      arm: () => this.arm(),
      keepAlive: (work) => this.ctx.waitUntil(work),
    });
    if (this.closing.isUnderWay) this.live.endSessions(Number.POSITIVE_INFINITY);
  }

  /** Admits a generation and creates it at Skytells, or answers for the one that has this key. */
  async generate(command: GenerateCommand): Promise<Result<GenerationRecord>> {
    await this.ensureAlarm();
    return generate(this.context(), command, {
      isWithinRate: () => this.isWithinRate(command.claim.userId),
      keepAlive: (work) => this.ctx.waitUntil(work),
    });
  }

  /** Takes news from a webhook: on disk when this returns; what follows from it comes after. */
  async deliver({ jobId, prediction }: Delivery): Promise<"accepted" | "unknown" | "wrong_job"> {
    await this.ensureAlarm();
    const job = (jobId !== null && this.jobs.get(jobId)) || this.jobs.byPrediction(prediction.id);
    if (!job) return "unknown";
    const context = this.context();
    const now = Date.now();
    if (job.predictionId === null) {
      const isCreating = context.creating.has(job.id);
      change(context, job.id, (current) => parked(current, prediction, now, isCreating));
      if (!isCreating) context.settleLater(job.id);
      return "accepted";
    }
    if (job.predictionId !== prediction.id) {
      log("wrong_job", { job: job.id, generation: prediction.id });
      return "wrong_job";
    }
    change(context, job.id, (current) => heard(current, prediction, now, context.settings));
    context.settleLater(job.id);
    return "accepted";
  }

  /**
   * The generation as its job knows it, by its id or its pending id; null if no job does. `claim`: D1 did not say
   * whether this session may read it, so the object decides.
   */
  async find(
    id: string,
    claim: SessionClaim | null = null,
  ): Promise<GenerationRecord | "deleted" | "unauthenticated" | "suspended" | null> {
    await this.ensureAlarm();
    const refusal = claim && this.revocations.refusalOf(claim);
    if (refusal) return refusal.code === "suspended" ? "suspended" : "unauthenticated";
    const job = this.jobs.byAnyId(id);
    if (!job) return null;
    return job.deleted ? "deleted" : recordOfJob(job);
  }

  /** Cancels: shown at once, Skytells told within the request; the slot is free when it acknowledges. */
  async cancel(claim: SessionClaim, id: string): Promise<Result<GenerationRecord>> {
    await this.ensureAlarm();
    return cancelGeneration(this.context(), claim, id, (jobId) => this.patiently(this.withdraw(jobId)));
  }

  /** Deletes: row, pictures and share are gone when this succeeds; Skytells is told too. */
  async remove(claim: SessionClaim, id: string): Promise<Result<null>> {
    const removed = await this.removeMany(claim, [id]);
    if (!removed.ok) return removed;
    if (removed.value.missing.length > 0) return refuse("not_found", "There is no such picture.");
    if (removed.value.done.length > 0) return ok(null);
    return refuse(
      "storage_unavailable",
      "The studio cannot reach its storage right now. It will be deleted as soon as it can.",
    );
  }

  /** Deletes several, each as `remove` does. */
  async removeMany(claim: SessionClaim, ids: string[]): Promise<Result<BulkResult>> {
    await this.ensureAlarm();
    return removeGenerations(this.context(), claim, ids, {
      withdraw: (id) => this.withdraw(id),
      keepAlive: (work) => this.ctx.waitUntil(work),
    });
  }

  /**
   * Deletes the account and all that is its. The door is shut when this succeeds; the rest follows, and ends whatever
   * happens. The same when repeated. Without a `claim` (an operator asks) nobody is refused.
   */
  async deleteAccount(userId: string, claim: SessionClaim | null): Promise<Result<null>> {
    await this.ensureAlarm();
    return this.deletion.request(userId, claim);
  }

  /** What this plan allows, and what of it is in use. */
  async limits(plan: Plan): Promise<Limits> {
    await this.ensureAlarm();
    return limitsOf(this.jobs, this.context().settings, Date.now())(plan);
  }

  /** What an export says besides what is in D1: the limits, and the generations that have no row there. */
  async exportOf(plan: Plan): Promise<{ limits: Limits; unrecorded: GenerationRecord[] }> {
    const limits = await this.limits(plan);
    const jobs = this.jobs.ids().flatMap((id) => this.jobs.get(id) ?? []);
    return { limits, unrecorded: jobs.filter((job) => !job.recorded && !job.deleted).map(recordOfJob) };
  }

  /** Tells the open studios of another plan. What is in flight goes on; the next Generate reads the plan itself. */
  async planChanged(plan: Plan): Promise<void> {
    await this.ensureAlarm();
    this.live.allow(plan);
    tellLimits(this.context());
  }

  /** Tells the open studios of a change that was made in D1 alone (a favourite, a link). */
  async announce(record: GenerationRecord): Promise<void> {
    await this.announceMany([record]);
  }

  async announceMany(records: GenerationRecord[]): Promise<void> {
    await this.ensureAlarm();
    for (const record of records) {
      if (!this.jobs.byPrediction(record.id)?.deleted) this.live.generation(record);
    }
  }

  /** Sessions before this epoch have ended: remembers it and closes their sockets. */
  async endSessions(epoch: number): Promise<void> {
    await this.ensureAlarm();
    this.revocations.endSessions(epoch);
    this.live.endSessions(epoch);
  }

  /** The user is suspended: remembers it and closes all sockets. Generations in progress continue. */
  async closeSockets(): Promise<void> {
    await this.ensureAlarm();
    this.revocations.setSuspended(true);
    this.live.closeAll();
  }

  /** The user is no longer suspended. */
  async restore(): Promise<void> {
    await this.ensureAlarm();
    this.revocations.setSuspended(false);
  }

  /** Asks Skytells anew about a generation and does what follows from it; null if no job knows it any more. */
  async recheck(id: string): Promise<GenerationRecord | null> {
    await this.ensureAlarm();
    const job = this.jobs.byAnyId(id);
    if (!job || job.deleted) return null;
    await look(this.context(), job);
    this.jobs.postpone(job.id, Date.now());
    await this.patiently(this.settling.settle(job.id, true));
    const after = this.jobs.get(job.id);
    return after && !after.deleted ? recordOfJob(after) : null;
  }

  /** Opens a socket. Only the Worker calls this, with who it is for in `x-socket-owner`. */
  override async fetch(request: Request): Promise<Response> {
    await this.ensureAlarm();
    const owner: SocketOwner = JSON.parse(request.headers.get("x-socket-owner") ?? "null");
    const inFlight = this.jobs.open().map(recordOfJob);
    return this.live.open(owner, inFlight, await this.limits(owner.plan));
  }

  override async webSocketMessage(): Promise<void> {
    // A client only listens; pings are answered without waking the object.
    await this.ensureAlarm();
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    await this.ensureAlarm();
    // 1005 and 1006 say that there was no close frame: there is nobody to answer.
    if (code !== 1005 && code !== 1006) socket.close(code);
  }

  override async alarm(): Promise<void> {
    this.armedFor = null;
    try {
      this.recoverOnce();
      const { nextAt } = this.deletion;
      if (nextAt !== null && nextAt <= Date.now()) this.ctx.waitUntil(this.deletion.goOn());
      const free = MAX_SETTLING - this.settling.size;
      const due = this.jobs.due(Date.now(), MAX_SETTLING + this.settling.size);
      const settled = due
        .filter((id) => !this.settling.has(id))
        .slice(0, Math.max(0, free))
        .map((id) => this.settling.settle(id, false));
      this.ctx.waitUntil(Promise.all(settled));
      // A slow one must not keep the others from their alarm: it goes on behind this.
      await Promise.race([
        Promise.all(settled),
        new Promise((resolve) => setTimeout(resolve, ALARM_SLACK_MS)),
      ]);
    } catch (error) {
      logError("alarm_failed", { reason: reasonOf(error) });
    } finally {
      this.arm();
    }
  }

  private context(): StudioContext {
    this.parts ??= {
      bindings: this.env,
      db: database(this.env.DB),
      settings: settingsOf(this.env),
      jobs: this.jobs,
      live: this.live,
      revocations: this.revocations,
      isClosing: this.closing.isUnderWay,
      creating: new Map(),
      telling: new Map(),
      recording: new Map(),
      arm: () => this.arm(),
      settleLater: (id) => this.ctx.waitUntil(this.settling.settle(id, true)),
    };
    return this.parts;
  }

  /** The last step. While it runs nothing else is let in. */
  private async wipe(): Promise<void> {
    await this.ctx.storage.deleteAll();
    this.jobs.wiped();
    this.closing.wiped();
    this.revocations.wiped();
    this.parts = null;
    this.armedFor = null;
    log("account_deleted");
  }

  /** Tells Skytells to stop now, not after what a pass under way waits for; then all else that is owed. */
  private async withdraw(id: string): Promise<void> {
    const job = this.jobs.get(id);
    if (job && job.upstream === "live" && owes(job, "cancel")) await tellCancel(this.context(), job);
    await this.settling.settle(id, true);
  }

  /** Waits for it within a request, and goes on behind that when it takes too long. */
  private async patiently(work: Promise<unknown>): Promise<void> {
    this.ctx.waitUntil(work);
    await Promise.race([work, new Promise((resolve) => setTimeout(resolve, CANCEL_PATIENCE_MS))]);
  }

  private async isWithinRate(userId: string): Promise<boolean> {
    try {
      return (await this.env.RL_GENERATE.limit({ key: userId })).success;
    } catch {
      // Against abuse only: the plan's limit is held here in any case.
      return true;
    }
  }

  private arm(): void {
    const now = Date.now();
    const at = this.alarmTime(now);
    if (at === null) return;
    // One that comes sooner stays: moved ahead with every change, it would never come while its user is busy.
    const isSooner = this.armedFor !== null && this.armedFor <= at && now < this.armedFor + STEP_TIMEOUT_MS;
    if (isSooner) return;
    this.armedFor = at;
    // Not awaited: the write goes to disk with those that led here.
    void this.ctx.storage.setAlarm(at);
  }

  /** When an alarm is needed: for what nobody sees to now, and, in case this instance dies, for what somebody does. */
  private alarmTime(now: number): number | null {
    const running = this.settling.ids();
    const earliest = this.jobs.earliest(running);
    const times = [
      ...(earliest === null ? [] : [earliest]),
      ...(running.length > 0 || this.deletion.isRunning ? [now + STEP_TIMEOUT_MS] : []),
      ...(this.deletion.nextAt === null ? [] : [this.deletion.nextAt]),
    ];
    return times.length === 0 ? null : Math.max(Math.min(...times), now + ALARM_SLACK_MS);
  }

  /** The first time that this instance is entered: what an earlier one, or another version, left behind goes on. */
  private recoverOnce(): void {
    if (!this.hasRecovered) this.jobs.wakeStranded(Date.now());
    this.hasRecovered = true;
  }

  /** Every entry passes here: whatever became of the alarm, it is set again. */
  private async ensureAlarm(): Promise<void> {
    this.recoverOnce();
    const at = this.alarmTime(Date.now());
    if (at === null) return;
    const armed = await this.ctx.storage.getAlarm();
    if (armed !== null && armed <= at) return;
    this.armedFor = null;
    this.arm();
  }
}
