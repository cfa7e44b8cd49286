/** What an operator changes through `/api/admin`. */
import type { Plan } from "../../../worker/shared/plans.ts";
import { ADMIN_TOKEN, type AppAddress } from "./app.ts";

/** The user must have signed in once. */
export async function setPlan({ url }: AppAddress, email: string, plan: Plan): Promise<void> {
  const response = await fetch(`${url}/api/admin/plan`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ user: email, plan }),
  });
  if (response.status !== 200) throw new Error(`${plan} plan for ${email}: ${response.status}`);
}
