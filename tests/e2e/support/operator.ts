/** What whoever runs the studio does, through the admin's door. */
import type { Plan } from "../../../worker/shared/plans.ts";
import { ADMIN_TOKEN, type AppAddress } from "./app.ts";

/** The user must have signed in once. */
export async function setPlan({ url }: AppAddress, email: string, plan: Plan): Promise<void> {
  const answer = await fetch(`${url}/api/admin/plan`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ user: email, plan }),
  });
  if (answer.status !== 200) throw new Error(`${plan} plan for ${email}: ${answer.status}`);
}
