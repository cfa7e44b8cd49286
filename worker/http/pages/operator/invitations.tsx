import type { Invitation } from "../../../api/schemas/passkey.ts";
import { PLANS } from "../../../shared/plans.ts";
import { Table, Time } from "./table.tsx";
import { operatorText as text } from "./text.ts";

const { columns } = text;

/** A form for a new invitation, its link right after it was made, and the latest invitations. */
export function Invitations({
  invitations,
  link,
  now,
}: {
  invitations: Invitation[];
  link: string | null;
  now: number;
}) {
  return (
    <>
      <p>{text.inviteWhy}</p>
      <form method="post" action="/admin/invite" class="row">
        <label>
          {columns.address} <input type="email" name="email" required maxlength={254} autocomplete="off" />
        </label>
        <label>
          {columns.plan}{" "}
          <select name="plan">
            <option value="free">Free</option>
            <option value="pro">Pro</option>
          </select>
        </label>
        <label>
          <input type="checkbox" name="operator" value="true" /> {text.state.operator}
        </label>
        <button class="small">{text.inviteDo}</button>
      </form>
      {link !== null && (
        <label>
          {text.link} <input class="wide" readonly value={link} />
        </label>
      )}
      {invitations.length === 0 ? (
        <p>{text.noInvitations}</p>
      ) : (
        <Table
          stacks
          label={text.invitations}
          head={[columns.address, columns.plan, columns.state, columns.until, columns.change]}
          rows={invitations.map((invitation) => [
            invitation.email,
            PLANS[invitation.plan].label,
            stateOf(invitation, now),
            <>
              <span class="narrow">{columns.until} </span>
              <Time at={Date.parse(invitation.expiresAt)} />
            </>,
            isOpen(invitation, now) && <Revoke {...invitation} />,
          ])}
        />
      )}
    </>
  );
}

const isOpen = ({ usedAt, revokedAt, expiresAt }: Invitation, now: number) =>
  usedAt === null && revokedAt === null && Date.parse(expiresAt) > now;

function stateOf(invitation: Invitation, now: number): string {
  if (invitation.usedAt !== null) return text.state.used;
  if (invitation.revokedAt !== null) return text.state.revoked;
  if (!isOpen(invitation, now)) return text.state.expired;
  return invitation.operator ? text.state.openForOperator : text.state.open;
}

function Revoke({ id, email }: Invitation) {
  return (
    <form method="post" action="/admin/revoke-invitation">
      <input type="hidden" name="id" value={id} />
      <button class="small">
        {text.revoke}
        <span class="unseen"> {email}</span>
      </button>
    </form>
  );
}
