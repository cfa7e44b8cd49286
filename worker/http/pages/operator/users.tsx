import type { AdminUser, AdminUserPage } from "../../../api/admin-schemas.ts";
import { PLANS } from "../../../shared/plans.ts";
import { Table } from "./table.tsx";
import { operatorText as text } from "./text.ts";

const { columns } = text;

/** The search, and one row for each user with what can be changed. */
export function Users({ page, ownId, q }: { page: AdminUserPage; ownId: string; q: string }) {
  const next = new URLSearchParams({ ...(q && { q }), cursor: page.nextCursor ?? "" });
  return (
    <>
      <form action="/admin" class="row">
        <label>
          {text.search} <input type="search" name="q" value={q} maxlength={254} />
        </label>
        <button class="small">{text.find}</button>
      </form>
      {page.items.length === 0 ? (
        <p>{text.noUsers}</p>
      ) : (
        <Table
          stacks
          label={text.users}
          head={[columns.address, columns.plan, columns.state, columns.change]}
          rows={page.items.map((user) => [
            user.email,
            PLANS[user.plan].label,
            stateOf(user),
            <Changes user={user} isOwn={user.id === ownId} q={q} />,
          ])}
        />
      )}
      {page.nextCursor !== null && <a href={`/admin?${next.toString()}`}>{text.more}</a>}
    </>
  );
}

function stateOf({ suspendedAt, deletedAt, operator }: AdminUser): string {
  const states = [
    operator && text.state.operator,
    suspendedAt !== null && text.state.suspended,
    deletedAt !== null && text.state.deleted,
  ];
  return states.filter((state) => state !== false).join(", ");
}

/** Operators do not lock themselves out: of their own, they change only the plan. */
function Changes({ user, isOwn, q }: { user: AdminUser; isOwn: boolean; q: string }) {
  const { id, email, plan, operator, suspendedAt, deletedAt } = user;
  if (deletedAt !== null) return null;
  const button = (action: string, label: string, name?: string, value?: string) => (
    <button class="small" formaction={`/admin/${action}`} {...(name && { name, value })}>
      {label}
      <span class="unseen"> {email}</span>
    </button>
  );
  const hidden = (
    <>
      <input type="hidden" name="user" value={id} />
      <input type="hidden" name="q" value={q} />
    </>
  );
  const otherPlan = plan === "pro" ? "free" : "pro";
  return (
    <div class="row">
      <form method="post" class="row">
        {hidden}
        {button("plan", text.plan[otherPlan], "plan", otherPlan)}
        {isOwn ? (
          text.you
        ) : (
          <>
            {suspendedAt === null ? button("suspend", text.suspend) : button("restore", text.restore)}
            {button("operator", operator ? text.operatorOff : text.operatorOn, "operator", String(!operator))}
          </>
        )}
      </form>
      {!isOwn && (
        <details>
          <summary>
            {text.delete}
            <span class="unseen"> {email}</span>
          </summary>
          <form method="post" action="/admin/delete-user">
            {hidden}
            <input type="hidden" name="email" value={email} />
            <label>
              {text.confirm} <input name="confirm" required autocomplete="off" />
            </label>
            {button("delete-user", text.deleteDo)}
          </form>
        </details>
      )}
    </div>
  );
}
