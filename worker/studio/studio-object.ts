/**
 * What keeps the Durable Object of one user going: its parts, its alarm, and the recovery after a restart.
 *
 * Invariant: the alarm cannot be lost (`alarm()` never throws and re-arms last; every other entry makes sure that it is
 * set).
 */
import { DurableObject } from "cloudflare:workers";
import { databaseFor } from "../db/client.ts";
import { MAX_IMAGES_IN_MEMORY } from "../config/limits.ts";
import { settingsOf } from "../config/settings.ts";
import { limitConcurrency } from "../lib/async.ts";
import { log, logError, reasonOf } from "../lib/log.ts";
import { Alarm, MIN_ALARM_DELAY_MS } from "./alarm.ts";
import type { StudioContext } from "./context.ts";
import { Deliveries } from "./endpoints/deliveries.ts";
import { Endpoints } from "./endpoints/endpoints.ts";
import { Sender } from "./endpoints/sender.ts";
import { ForgetPace } from "./forget-pace.ts";
import { Jobs } from "./jobs/store.ts";
import { Revocations } from "./revocations.ts";
import { Schema } from "./schema.ts";
import { Sockets } from "./sockets.ts";
import { AccountDeletion } from "./tasks/account-deletion.ts";
import { AccountDeletionState } from "./tasks/account-deletion-state.ts";
import { Settling } from "./tasks/settle.ts";
import { deleteDueUploads } from "./tasks/upload.ts";
import { Uploads } from "./upload-store.ts";
import { Waiters } from "./waiters.ts";

export abstract class StudioObject extends DurableObject<Env> {
  private readonly schema: Schema;
  protected readonly jobs: Jobs;
  protected readonly uploads: Uploads;
  private readonly endpoints: Endpoints;
  private readonly deliveries: Deliveries;
  protected readonly sender: Sender;
  private readonly deletionState: AccountDeletionState;
  protected readonly deletion: AccountDeletion;
  protected readonly sockets: Sockets;
  protected readonly waiters = new Waiters();
  protected readonly revocations: Revocations;
  protected readonly settling: Settling;
  private readonly alarmClock: Alarm;
  /** Tests replace it. */
  protected readonly now: () => number = Date.now;
  private sharedContext: StudioContext | null = null;
  private hasRecovered = false;
  private deletingUploads: Promise<void> | null = null;
  /** Called when the alarm fires. */
  private alarmFired = () => {};

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.schema = new Schema(ctx.storage);
    this.jobs = new Jobs(ctx.storage.sql, this.schema);
    this.uploads = new Uploads(ctx.storage.sql, this.schema);
    this.endpoints = new Endpoints(ctx.storage.sql, this.schema);
    this.deliveries = new Deliveries(ctx.storage.sql, this.schema);
    this.sender = new Sender(this.deliveries, () => this.context());
    this.deletionState = new AccountDeletionState(ctx.storage.sql, this.schema);
    this.sockets = new Sockets(ctx);
    this.revocations = new Revocations(ctx.storage.sql, this.schema);
    if (this.revocations.epoch > 0) this.sockets.endSessions(this.revocations.epoch);
    this.settling = new Settling(() => this.context());
    this.deletion = new AccountDeletion(this.deletionState, {
      context: () => this.context(),
      isBusy: () => this.settling.size > 0 || this.context().creating.size > 0 || this.uploads.isStoring,
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

  override async alarm(): Promise<void> {
    this.alarmClock.reset();
    try {
      this.recoverOnce();
      const { nextAt } = this.deletion;
      if (nextAt !== null && nextAt <= this.now()) this.ctx.waitUntil(this.deletion.resume());
      if ((this.uploads.nextAt ?? Number.POSITIVE_INFINITY) <= this.now()) this.deleteUploads();
      if ((this.deliveries.expiresAt ?? Number.POSITIVE_INFINITY) <= this.now()) {
        this.deliveries.prune(this.now());
      }
      this.sender.sendDue();
      const settled = this.settling.settleDue();
      this.ctx.waitUntil(settled);
      // Slow passes continue in the background, so that other jobs get their alarm.
      await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, MIN_ALARM_DELAY_MS))]);
    } catch (error) {
      logError("alarm_failed", { reason: reasonOf(error) });
    } finally {
      this.alarmClock.arm();
      this.alarmFired();
    }
  }

  protected context(): StudioContext {
    this.sharedContext ??= {
      bindings: this.env,
      db: databaseFor(this.env, this.ctx.id.name ?? ""),
      settings: settingsOf(this.env),
      userId: this.ctx.id.name ?? "",
      jobs: this.jobs,
      uploads: this.uploads,
      endpoints: this.endpoints,
      deliveries: this.deliveries,
      sockets: this.sockets,
      waiters: this.waiters,
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
      deleteUploadsLater: () => this.deleteUploads(),
      sendWebhooksLater: () => this.sender.sendDue(),
    };
    return this.sharedContext;
  }

  /** Whether an alarm fires within `ms`. Only in an object without a user: it deletes the object's storage. */
  protected async firesAlarm(ms: number): Promise<boolean> {
    if (this.schema.exists) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.alarmFired = () => resolve(true);
    await this.ctx.storage.setAlarm(Date.now());
    setTimeout(() => resolve(false), ms);
    const fired = await promise;
    if (!this.schema.exists) await this.ctx.storage.deleteAll();
    return fired;
  }

  /** One pass at a time; uploads that become due meanwhile are left to the alarm. */
  protected deleteUploads(): void {
    this.deletingUploads ??= deleteDueUploads(this.context()).finally(() => {
      this.deletingUploads = null;
      this.alarmClock.arm();
    });
    this.ctx.waitUntil(this.deletingUploads);
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

  private pending(): { dueAt: number | null; isWorking: boolean } {
    const uploadsAt = this.deletingUploads ? null : this.uploads.nextAt;
    const webhooksAt = this.deletionState.isUnderWay ? null : this.sender.nextAt;
    const times = [
      this.jobs.earliest(this.settling.ids()),
      this.deletion.nextAt,
      uploadsAt,
      webhooksAt,
    ].filter((at) => at !== null);
    return {
      dueAt: times.length === 0 ? null : Math.min(...times),
      isWorking:
        this.settling.size > 0 ||
        this.deletion.isRunning ||
        this.deletingUploads !== null ||
        this.sender.isSending,
    };
  }

  /** At the first entry: resumes what an earlier instance left unfinished. */
  private recoverOnce(): void {
    if (!this.hasRecovered) this.jobs.recoverInterrupted(this.now());
    this.hasRecovered = true;
  }

  /** Every entry calls this. */
  protected async ensureAlarm(): Promise<void> {
    this.recoverOnce();
    await this.alarmClock.ensure();
  }
}
