/** What `/admin` responds. Imported with the first request. */
import * as z from "zod";
import { ok, type Refusal, type Result, problemResponse, refuse } from "../../../api/problem.ts";
import {
  operatorBody,
  pauseBody,
  planBody,
  recheckBody,
  userBody,
  usersQuery,
} from "../../../api/schemas/requests/admin.ts";
import { invitationBody } from "../../../api/schemas/requests/passkey.ts";
import type { Operator } from "../../../db/operator/actions.ts";
import { refusalOfError } from "../../../studio/refusal-of-error.ts";
import { createInvitation, revokeInvitation } from "../../../use-cases/passkeys/invitations.ts";
import * as useCases from "../../../use-cases/operator/index.ts";
import { originOf } from "../../middleware/origin.ts";
import { operatorOf } from "../../middleware/admin.ts";
import type { AppContext } from "../../middleware/app-env.ts";
import { sessionOf } from "../../middleware/session.ts";
import { askToSignIn } from "./ask-to-sign-in.ts";
import { operatorPage, type PageState } from "./page.tsx";

const PATH = "/admin";
const NOT_FOUND: Refusal = { code: "not_found", detail: "There is nothing here." };

const revokeForm = z.strictObject({ id: z.string().max(64) });
const deleteForm = z.strictObject({ ...userBody.shape, email: z.string(), confirm: z.string() });

/** Each form by its action: parses what it sent, and calls the use case. */
const FORMS: Record<string, (c: AppContext, who: Operator, form: unknown) => Promise<Result<unknown>>> = {
  plan: parsed(planBody, useCases.setPlan),
  suspend: parsed(userBody, useCases.suspend),
  restore: parsed(userBody, useCases.restore),
  operator: parsed(operatorBody, useCases.setOperator),
  recheck: parsed(recheckBody, useCases.recheck),
  pause: parsed(pauseBody, useCases.pause),
  invite: parsed(invitationBody, async (c, who, input) => {
    const { link } = await createInvitation({ env: c.env, origin: originOf(c) }, who, input);
    return ok({ link });
  }),
  "revoke-invitation": parsed(revokeForm, (c, who, { id }) => revokeInvitation(c, who, id)),
  "delete-user": parsed(deleteForm, async (c, who, { user, email, confirm }) =>
    confirm.trim().toLowerCase() === email
      ? useCases.deleteUser(c, who, { user })
      : refuse("invalid_request", "The address does not match."),
  ),
};

function parsed<T>(
  schema: z.ZodType<T>,
  act: (c: AppContext, who: Operator, input: T) => Promise<Result<unknown>>,
) {
  return async (c: AppContext, who: Operator, form: unknown): Promise<Result<unknown>> => {
    const input = schema.safeParse(form);
    return input.success ? act(c, who, input.data) : refuse("invalid_request", "Invalid form.");
  };
}

export async function showPage(c: AppContext): Promise<Response> {
  const session = await sessionOf(c);
  if (!session) return askToSignIn(c, PATH);
  const who = await operatorOf(c, session);
  if (!who) return problemResponse(NOT_FOUND);
  return render(c, who, { result: new URL(c.req.url).searchParams.get("result"), link: null });
}

async function render(
  c: AppContext,
  who: Operator,
  happened: Pick<PageState, "result" | "link">,
): Promise<Response> {
  const { searchParams } = new URL(c.req.url);
  const search = usersQuery
    .pick({ q: true, cursor: true })
    .catch({})
    .parse({ q: searchParams.get("q") || undefined, cursor: searchParams.get("cursor") || undefined });
  const overview = await useCases.overview(c, search, Date.now());
  return operatorPage(c, { overview, ownId: who.by, q: search.q ?? "", ...happened });
}

/** Carries out a form, and shows the page again with what happened. */
export async function act(c: AppContext, action: string): Promise<Response> {
  c.header("cache-control", "no-store");
  const session = await sessionOf(c);
  if (!session) return c.redirect(PATH, 303);
  const who = await operatorOf(c, session);
  const carryOut = Object.hasOwn(FORMS, action) ? FORMS[action] : undefined;
  if (!who || !carryOut) return problemResponse(NOT_FOUND);
  const { q = "", ...form } = Object.fromEntries(new URLSearchParams(await c.req.text()));
  const input = Object.fromEntries(Object.entries(form).map(([name, value]) => [name, booleanIn(value)]));
  let result: Result<unknown>;
  try {
    result = await carryOut(c, who, input);
  } catch (error) {
    result = { ok: false, refusal: refusalOfError(error) };
  }
  // Not redirected: a link in an address would stay in the browser's history.
  if (result.ok && hasLink(result.value)) return render(c, who, { result: action, link: result.value.link });
  const query = new URLSearchParams({ result: result.ok ? action : result.refusal.code, ...(q && { q }) });
  return c.redirect(`${PATH}?${query.toString()}`, 303);
}

const hasLink = (value: unknown): value is { link: string } =>
  typeof value === "object" && value !== null && "link" in value;

const booleanIn = (value: string) => (value === "true" ? true : value === "false" ? false : value);
