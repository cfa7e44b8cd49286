/**
 * `npm run admin -- COMMAND …`: administers a studio through its `/api/admin`. The token is ADMIN_TOKEN from the
 * environment or, for the local studio, from `.dev.vars`.
 *
 * Exit codes: 0 done, 1 rejected by the studio, 2 wrong usage, 3 the studio cannot be reached.
 */
import { parseArgs } from "node:util";
import type {
  AdminGeneration,
  AdminModels,
  AdminUsage,
  AdminUser,
  AdminUserPage,
  OperatorActionPage,
} from "../worker/api/admin-schemas.ts";
import type { Invitation, InvitationPage, NewInvitation } from "../worker/api/schemas/passkey.ts";
import * as client from "./admin/client.ts";

const USAGE = `npm run admin -- COMMAND [--url https://studio.example] [--json]

  users [BEGINNING] [--plan free|pro] [--suspended]   list users by email address
  usage [USER]             images per day; for a user also in flight and used today
  models                   the offered models, and whether Skytells has them
  plan USER free|pro       set the plan, from the next Generate on
  suspend USER             end access; generations in flight end normally
  restore USER             restore access
  operator USER on|off     allow the operator's page and API, or end that
  pause, resume            reject new generations of everybody, or end that
  invite EMAIL [--plan free|pro] [--operator]
                           make a sign-in link, which works once and is shown only now
  invitations              list the invitations, newest first
  revoke ID                end an invitation that is not used
  actions                  the last 100 actions of operators
  delete-user USER --yes   delete the account with its images and links
  unshare LINK             end a link (or its token)
  recheck GENERATION       ask Skytells about a generation and apply the response

USER is an email address or an id. The token is ADMIN_TOKEN from the environment, locally from .dev.vars.`;

const options = {
  url: { type: "string" },
  json: { type: "boolean", default: false },
  plan: { type: "string" },
  suspended: { type: "boolean", default: false },
  operator: { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const { values, positionals } = read();
const [command = "", ...names] = positionals;
if (values.help || command === "") {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

const commands: Record<string, { takes: [min: number, max: number]; run: () => Promise<void> }> = {
  users: { takes: [0, 1], run: users },
  usage: { takes: [0, 1], run: usage },
  models: { takes: [0, 0], run: models },
  plan: { takes: [2, 2], run: () => change("plan", { user: names[0], plan: names[1] }) },
  suspend: { takes: [1, 1], run: () => change("suspend", { user: names[0] }) },
  restore: { takes: [1, 1], run: () => change("restore", { user: names[0] }) },
  operator: { takes: [2, 2], run: setOperator },
  pause: { takes: [0, 0], run: () => setPaused(true) },
  resume: { takes: [0, 0], run: () => setPaused(false) },
  invite: { takes: [1, 1], run: invite },
  invitations: { takes: [0, 0], run: invitations },
  revoke: { takes: [1, 1], run: revoke },
  actions: { takes: [0, 0], run: actions },
  "delete-user": { takes: [1, 1], run: deleteUser },
  unshare: { takes: [1, 1], run: () => changeGeneration("unshare", { share: names[0] }) },
  recheck: { takes: [1, 1], run: () => changeGeneration("recheck", { generation: names[0] }) },
};

const chosen = Object.hasOwn(commands, command) ? commands[command] : undefined;
if (!chosen) fail(2, `There is no command "${command}".\n\n${USAGE}`);
const [min, max] = chosen.takes;
if (names.length < min || names.length > max) {
  fail(2, `"${command}" does not take ${names.length} arguments.\n\n${USAGE}`);
}
await chosen.run();

async function users(): Promise<void> {
  const query = new URLSearchParams({
    limit: "100",
    ...(names[0] !== undefined && { q: names[0] }),
    ...(values.plan !== undefined && { plan: values.plan }),
    ...(values.suspended && { suspended: "true" }),
  });
  for (;;) {
    const page = await request<AdminUserPage>("GET", `users?${query.toString()}`);
    for (const user of page.items) show(user, lineOf(user));
    if (page.nextCursor === null) return;
    query.set("cursor", page.nextCursor);
  }
}

async function usage(): Promise<void> {
  const query = names[0] === undefined ? "" : `?${new URLSearchParams({ user: names[0] }).toString()}`;
  const { days, maxPerDay, paused, user } = await request<AdminUsage>("GET", `usage${query}`);
  if (!user) {
    const cap =
      maxPerDay === 0 ? "no cap" : maxPerDay === -1 || paused ? "paused" : `at most ${maxPerDay} a day`;
    return show(
      { days, maxPerDay, paused },
      [cap, ...days.map(({ day, created }) => `${day}  ${created}`)].join("\n"),
    );
  }
  const { concurrent, inFlight, unconfirmed, today } = user.limits;
  const lines = [
    lineOf(user),
    `in flight  ${inFlight} of ${concurrent}${unconfirmed > 0 ? `, ${unconfirmed} unconfirmed` : ""}`,
    `today      ${today.used} of ${today.limit ?? "any number"}, until ${today.resetsAt}`,
  ];
  show(user, lines.join("\n"));
}

async function models(): Promise<void> {
  const response = await request<AdminModels>("GET", "models");
  const meanings = {
    found: "found",
    absent: "NOT FOUND at Skytells",
    unavailable: "Skytells did not answer",
  };
  show(
    response,
    response.models.map(({ id, label, state }) => `${id}  ${label}  ${meanings[state]}`).join("\n"),
  );
}

async function change(what: string, body: object): Promise<void> {
  const { user } = await request<{ user: AdminUser }>("POST", what, body);
  show(user, lineOf(user));
}

async function deleteUser(): Promise<void> {
  if (!values.yes)
    fail(2, `This deletes the account ${names[0]} and cannot be undone. To confirm, add --yes.`);
  await change("delete-user", { user: names[0] });
}

async function setOperator(): Promise<void> {
  const [user, state = ""] = names;
  if (state !== "on" && state !== "off") fail(2, "operator takes a user, and on or off.");
  await change("operator", { user, operator: state === "on" });
}

async function setPaused(paused: boolean): Promise<void> {
  show(await request("POST", "pause", { paused }), paused ? "paused" : "not paused");
}

async function invite(): Promise<void> {
  const body = {
    email: names[0],
    ...(values.plan !== undefined && { plan: values.plan }),
    ...(values.operator && { operator: true }),
  };
  const made = await request<NewInvitation>("POST", "invitations", body);
  show(made, `${invitationLine(made.invitation)}\n${made.link}`);
}

async function invitations(): Promise<void> {
  const query = new URLSearchParams({ limit: "100" });
  for (;;) {
    const page = await request<InvitationPage>("GET", `invitations?${query.toString()}`);
    for (const one of page.items) show(one, invitationLine(one));
    if (page.nextCursor === null) return;
    query.set("cursor", page.nextCursor);
  }
}

async function revoke(): Promise<void> {
  const [id = ""] = names;
  await request("DELETE", `invitations/${encodeURIComponent(id)}`);
  show({ revoked: id }, `${id}  revoked`);
}

function invitationLine({ id, email, plan, operator, expiresAt, usedAt, revokedAt }: Invitation): string {
  const state = usedAt
    ? `used ${usedAt.slice(0, 10)}`
    : revokedAt
      ? `revoked ${revokedAt.slice(0, 10)}`
      : `until ${expiresAt.slice(0, 16)}Z`;
  return `${id}  ${plan.padEnd(4)}  ${email}${operator ? "  operator" : ""}  ${state}`;
}

async function actions(): Promise<void> {
  const { items } = await request<OperatorActionPage>("GET", "actions?limit=100");
  for (const one of items) show(one, `${one.at}  ${one.by}  ${one.action}  ${one.target ?? ""}`.trimEnd());
}

async function changeGeneration(what: string, body: object): Promise<void> {
  const response = await request<{ generation: AdminGeneration; looked?: boolean }>("POST", what, body);
  const { id, userId, status, error } = response.generation;
  const stale = response.looked === false ? "  (older than a day: not asked again)" : "";
  show(response, `${id}  ${status}${error ? ` (${error})` : ""}  user ${userId}${stale}`);
}

function lineOf({ id, email, plan, operator, createdAt, suspendedAt, deletedAt }: AdminUser): string {
  const state = deletedAt ? "  being deleted" : suspendedAt ? `  suspended ${suspendedAt.slice(0, 10)}` : "";
  const role = operator ? "  operator" : "";
  return `${id}  ${plan.padEnd(4)}  ${createdAt.slice(0, 10)}  ${email}${role}${state}`;
}

/** Prints the text, or with --json the value in one line. */
function show(value: unknown, text: string): void {
  console.log(values.json ? JSON.stringify(value) : text);
}

/** The response, or the end of this process. */
async function request<T>(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<T> {
  const studio = client.findStudio(values.url);
  const outcome = studio.ok ? await client.request<T>(studio.value, method, path, body) : studio;
  return outcome.ok ? outcome.value : fail(outcome.code, outcome.message);
}

function read() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    fail(2, `${error instanceof Error ? error.message : "Wrong usage."}\n\n${USAGE}`);
  }
}

function fail(code: number, message: string): never {
  console.error(message);
  process.exit(code);
}
