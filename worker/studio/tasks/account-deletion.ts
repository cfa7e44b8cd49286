/** Deleting an account, driven: who may ask for it, the moment from which nothing begins, and one pass at a time. */
import { findUser, refusalOf, type SessionClaim } from "../../db/users.ts";
import { logError, reasonOf } from "../../lib/log.ts";
import { ok, type Result, refuse, StorageUnavailable } from "../../api/problem.ts";
import { type Closing, closingPass, shutDoor } from "./account-deletion-state.ts";
import { change, type StudioContext } from "../context.ts";
import { deleted } from "../jobs/transitions.ts";

type Door = {
  context: () => StudioContext;
  /** Something in this instance may still write. */
  isBusy: () => boolean;
  /** The last step: the object's own storage. */
  wipe: () => Promise<void>;
  /** Sets the alarm to what is due first. */
  arm: () => void;
  keepAlive: (work: Promise<unknown>) => void;
};

export class AccountDeletion {
  private readonly closing: Closing;
  private readonly door: Door;
  /** The pass that is under way. */
  private running: Promise<void> | null = null;

  constructor(closing: Closing, door: Door) {
    this.closing = closing;
    this.door = door;
  }

  /** When its alarm is due; null where nothing is being deleted, or somebody is at it now. */
  get nextAt(): number | null {
    return this.running ? null : this.closing.nextAt;
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  /**
   * Deletes the account and all that is its. The door is shut when this succeeds; the rest follows, and ends whatever
   * happens. The same when repeated. Without a `claim` (an operator asks) nobody is refused.
   */
  async request(userId: string, claim: SessionClaim | null): Promise<Result<null>> {
    const context = this.door.context();
    if (!this.closing.isUnderWay) {
      const user = await findUser(context.db, userId).catch(nullIfUnavailable);
      if (user === null)
        return refuse("storage_unavailable", "The studio cannot reach its storage right now.");
      const isMarked = !user || user.deletedAt !== null;
      const refusal = claim && !isMarked ? refusalOf(user, claim) : null;
      if (refusal) return { ok: false, refusal };
      // Gone already: an empty object is not written to.
      if (context.isClosing || (!user && context.jobs.isEmpty)) return ok(null);
    }
    this.begin(userId);
    try {
      await shutDoor(context, this.closing);
    } catch (error) {
      logError("door_not_shut", { reason: reasonOf(error) });
      return refuse(
        "storage_unavailable",
        "The studio cannot reach its storage right now. The account will be deleted as soon as it can.",
      );
    } finally {
      this.door.keepAlive(this.goOn());
    }
    return ok(null);
  }

  /** Makes a pass, unless one is under way. Never throws. */
  goOn(): Promise<void> {
    this.running ??= this.pass().finally(() => {
      this.running = null;
      this.door.arm();
    });
    return this.running;
  }

  /** From here on, in one stretch: nothing begins, what runs is withdrawn, nobody listens. */
  private begin(userId: string): void {
    const now = Date.now();
    const context = this.door.context();
    const { jobs, live } = context;
    this.closing.begin(userId, now);
    context.isClosing = true;
    live.endSessions(Number.POSITIVE_INFINITY);
    jobs.sweepEnded();
    for (const id of jobs.ids()) {
      const job = jobs.get(id);
      if (!job) jobs.postpone(id, now);
      else if (!job.deleted) change(context, id, (current) => deleted(current, now));
      context.settleLater(id);
    }
    this.door.arm();
  }

  private async pass(): Promise<void> {
    try {
      const outcome = await closingPass(this.door.context(), this.closing, this.door.isBusy);
      if (outcome === "gone") await this.door.wipe();
      else this.closing.passed(outcome, Date.now());
    } catch (error) {
      logError("closing_failed", { reason: reasonOf(error) });
      this.closing.failed(Date.now());
    }
  }
}

function nullIfUnavailable(error: unknown): null {
  if (error instanceof StorageUnavailable) return null;
  throw error;
}
