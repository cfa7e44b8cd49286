/**
 * The oldest valid session epoch and the suspension, kept in the object's SQLite to authorize requests while D1 does
 * not answer. Where D1 answers, D1 decides.
 */
import type { SessionClaim } from "../db/users.ts";
import type { Refusal } from "../api/problem.ts";
import { SUSPENDED, UNAUTHENTICATED } from "../api/refusals.ts";
import type { Schema } from "./schema.ts";

type Row = { min_epoch: number; is_suspended: number };

export class Revocations {
  private readonly sql: SqlStorage;
  private readonly schema: Schema;
  /** Sessions with a lower epoch have ended. */
  private minEpoch = 0;
  private isSuspended = false;
  private isSaved = true;

  constructor(sql: SqlStorage, schema: Schema) {
    this.sql = sql;
    this.schema = schema;
    const row = schema.exists
      ? sql.exec<Row>("select min_epoch, is_suspended from revocations").toArray()[0]
      : undefined;
    if (!row) return;
    this.minEpoch = row.min_epoch;
    this.isSuspended = row.is_suspended === 1;
  }

  get epoch(): number {
    return this.minEpoch;
  }

  /** Whether the account is suspended, as far as the object knows. */
  get hasSuspension(): boolean {
    return this.isSuspended;
  }

  /** Why this session is refused, as far as the object knows. */
  refusalOf({ epoch }: SessionClaim): Refusal | null {
    if (epoch < this.minEpoch) return UNAUTHENTICATED;
    return this.isSuspended ? SUSPENDED : null;
  }

  /** Ends sessions with a lower epoch. Epochs only rise, so an outdated read of D1 is harmless. */
  endSessions(epoch: number): void {
    if (epoch <= this.minEpoch) return;
    this.minEpoch = epoch;
    this.isSaved = false;
    this.save();
  }

  setSuspended(isSuspended: boolean): void {
    if (isSuspended === this.isSuspended) return;
    this.isSuspended = isSuspended;
    this.isSaved = false;
    this.save();
  }

  /** Writes the state that could not be written while the object was empty. */
  save(): void {
    if (this.isSaved || !this.schema.exists) return;
    this.sql.exec(
      "insert or replace into revocations (id, min_epoch, is_suspended) values (1, ?, ?)",
      this.minEpoch,
      this.isSuspended ? 1 : 0,
    );
    this.isSaved = true;
  }

  /** After the object's storage was deleted. */
  reset(): void {
    this.isSaved = false;
  }
}
