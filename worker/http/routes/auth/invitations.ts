/** The page of an invitation, and the operator's invitations under `/api/admin`, whose middleware guards them. */
import { problemResponse } from "../../../api/problem.ts";
import { invitationBody, invitationsQuery } from "../../../api/schemas/requests/passkey.ts";
import { depsOf } from "../../deps.ts";
import type { WithOperator } from "../../middleware/app-env.ts";
import { cappedBody, jsonBody, jsonType, query } from "../../middleware/body.ts";
import { newApp } from "../../routing.ts";

const useCases = () => import("../../../use-cases/passkeys/invitations.ts");

/** The same for every link: the token is in the fragment. */
export const invite = newApp().get("/", async (c) =>
  (await import("../../pages/invite-page.tsx")).invitePage(c),
);

export const invitations = newApp<WithOperator>()
  .get("/", query(invitationsQuery), async (c) => {
    const { listInvitations } = await useCases();
    const page = await listInvitations(depsOf(c), c.req.valid("query"));
    return page.ok ? c.json(page.value, 200) : problemResponse(page.refusal);
  })
  .post("/", cappedBody, jsonType, jsonBody(invitationBody), async (c) => {
    const { createInvitation } = await useCases();
    return c.json(await createInvitation(depsOf(c), c.var.operator, c.req.valid("json")), 201);
  })
  .delete("/:id", async (c) => {
    const { revokeInvitation } = await useCases();
    const revoked = await revokeInvitation(depsOf(c), c.var.operator, c.req.param("id"));
    return revoked.ok ? c.body(null, 204) : problemResponse(revoked.refusal);
  });
