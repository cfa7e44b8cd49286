/** Links by which the operator lets one person register a passkey. */
import { base64url } from "jose";
import { decodeCursor, encodeCursor } from "../../api/cursor.ts";
import { ok, type Result, refuse } from "../../api/problem.ts";
import type { InvitationBody } from "../../api/schemas/requests/passkey.ts";
import type { Invitation } from "../../api/schemas/passkey.ts";
import { commonDatabase } from "../../db/client.ts";
import type { Operator } from "../../db/operator/actions.ts";
import * as rows from "../../db/passkeys/invitations.ts";
import { hexOf } from "../../lib/hex.ts";
import { log } from "../../lib/log.ts";
import { planOf } from "../../shared/plans.ts";
import { DAY_MS } from "../../shared/time.ts";
import type { Deps } from "../deps.ts";

const TOKEN_BYTES = 32;

/** What is stored of a link: SHA-256 of its token in hex. A fast hash is enough for 256 random bits. */
export async function digestOfInvitation(token: string): Promise<string> {
  return hexOf(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
}

export async function createInvitation(
  { env, origin }: Pick<Deps, "env" | "origin">,
  who: Operator,
  { email, plan, operator, days }: InvitationBody,
): Promise<{ invitation: Invitation; link: string }> {
  const token = base64url.encode(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)));
  const now = Date.now();
  const row: rows.InvitationRow = {
    id: crypto.randomUUID(),
    digest: await digestOfInvitation(token),
    email,
    plan,
    operator,
    createdAt: now,
    createdBy: who.by,
    expiresAt: now + days * DAY_MS,
    usedAt: null,
    usedBy: null,
    revokedAt: null,
  };
  await rows.insertInvitation(commonDatabase(env), who, row);
  log("admin", { what: "invite", invitation: row.id, by: who.by });
  // In the fragment, which browsers do not send: no log has it.
  return { invitation: presentInvitation(row), link: `${origin}/invite#${token}` };
}

/** Newest first. */
export async function listInvitations(
  { env }: Pick<Deps, "env">,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Result<{ items: Invitation[]; nextCursor: string | null }>> {
  const after = cursor === undefined ? null : decodeCursor(cursor);
  if (cursor !== undefined && !after) return refuse("invalid_request", "cursor: is not valid.");
  const page = await rows.listInvitations(commonDatabase(env), limit, after);
  return ok({
    items: page.rows.map(presentInvitation),
    nextCursor: page.next && encodeCursor(page.next),
  });
}

export async function revokeInvitation(
  { env }: Pick<Deps, "env">,
  who: Operator,
  id: string,
): Promise<Result<null>> {
  if (!(await rows.revokeInvitation(commonDatabase(env), who, id, Date.now()))) {
    return refuse("not_found", "There is no such invitation.");
  }
  log("admin", { what: "revoke-invitation", invitation: id, by: who.by });
  return ok(null);
}

function presentInvitation({
  id,
  email,
  plan,
  operator,
  createdAt,
  expiresAt,
  usedAt,
  revokedAt,
}: rows.InvitationRow): Invitation {
  return {
    id,
    email,
    plan: planOf(plan),
    operator,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    usedAt: isoOf(usedAt),
    revokedAt: isoOf(revokedAt),
  };
}

const isoOf = (time: number | null) => (time === null ? null : new Date(time).toISOString());
