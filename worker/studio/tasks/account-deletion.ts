/** Authorizes and starts the deletion of an account, and runs its passes one at a time. */
import { principalOf } from "../../auth/principal.ts";
import { findUser, type SessionClaim } from "../../db/users.ts";
import { logError, reasonOf } from "../../lib/log.ts";
import { ok, type Result, refuse, StorageUnavailable } from "../../api/problem.ts";
import { STORAGE_UNAVAILABLE } from "../../api/refusals.ts";
import { deletionPass, markUserDeleted } from "./account-deletion-pass.ts";
import type { AccountDeletionState } from "./account-deletion-state.ts";
import { updateJob, type StudioContext } from "../context.ts";
import { deleteByUser } from "../jobs/transitions.ts";

type Dependencies = {
  context: () => StudioContext;
  /** Whether this instance may still write. */
  isBusy: () => boolean;
  /** Deletes the object's own storage, as the last step. */
  wipe: () => Promise<void>;
  /** Sets the alarm to the earliest due time. */
  arm: () => void;
};

export class AccountDeletion {
  private readonly state: AccountDeletionState;
  private readonly dependencies: Dependencies;
  /** The running pass. */
  private running: Promise<void> | null = null;

  constructor(state: AccountDeletionState, dependencies: Dependencies) {
    this.state = state;
    this.dependencies = dependencies;
  }

  /** When the next pass is due; null if no deletion is in progress or a pass is running. */
  get nextAt(): number | null {
    return this.running ? null : this.state.nextAt;
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  /**
   * On success all access has ended; the data is deleted afterwards. Idempotent. `claim` is null for a request of the
   * operator.
   */
  async request(userId: string, claim: SessionClaim | null): Promise<Result<null>> {
    const context = this.dependencies.context();
    if (!this.state.isUnderWay) {
      const user = await findUser(context.db, userId).catch(nullIfUnavailable);
      if (user === null) return { ok: false, refusal: STORAGE_UNAVAILABLE };
      const isMarked = !user || user.deletedAt !== null;
      const principal = claim && !isMarked ? principalOf(user, claim) : null;
      if (principal && !principal.ok) return principal;
      // Deleted already: an empty object must not be written to.
      if (context.isDeletingAccount || (!user && context.jobs.isEmpty)) return ok(null);
    }
    this.begin(userId);
    try {
      await markUserDeleted(context, this.state);
    } catch (error) {
      logError("account_not_marked_deleted", { reason: reasonOf(error) });
      return refuse(
        "storage_unavailable",
        "The studio's storage is not available right now. The account will be deleted when it is available again.",
      );
    } finally {
      context.waitUntil(this.resume());
    }
    return ok(null);
  }

  /** Runs a pass unless one is running. Never rejects. */
  resume(): Promise<void> {
    this.running ??= this.pass().finally(() => {
      this.running = null;
      this.dependencies.arm();
    });
    return this.running;
  }

  /** Without an await: stops new work, cancels and deletes all jobs, closes the sockets. */
  private begin(userId: string): void {
    const context = this.dependencies.context();
    const now = context.now();
    const { jobs, sockets } = context;
    this.state.begin(userId, now);
    context.isDeletingAccount = true;
    sockets.endSessions(Number.POSITIVE_INFINITY);
    jobs.deleteFinished();
    for (const id of jobs.ids()) {
      const job = jobs.get(id);
      if (!job) jobs.postpone(id, now);
      else if (!job.deleted) updateJob(context, id, (current) => deleteByUser(current, now));
      context.settleLater(id);
    }
    this.dependencies.arm();
  }

  private async pass(): Promise<void> {
    const context = this.dependencies.context();
    try {
      const outcome = await deletionPass(context, this.state, this.dependencies.isBusy);
      if (outcome === "gone") await this.dependencies.wipe();
      else this.state.scheduleNextPass(outcome, context.now());
    } catch (error) {
      logError("account_deletion_failed", { reason: reasonOf(error) });
      this.state.scheduleRetry(context.now());
    }
  }
}

function nullIfUnavailable(error: unknown): null {
  if (error instanceof StorageUnavailable) return null;
  throw error;
}
