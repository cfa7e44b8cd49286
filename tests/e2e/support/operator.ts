/** What an operator changes through `/api/admin`. */
import type { Plan } from "../../../worker/shared/plans.ts";
import { ADMIN_TOKEN, type AppAddress } from "./app.ts";

/** The user must have signed in once. */
export const setPlan = (app: AppAddress, email: string, plan: Plan) =>
  change(app, "plan", { user: email, plan });

export const makeOperator = (app: AppAddress, email: string) =>
  change(app, "operator", { user: email, operator: true });

async function change({ url }: AppAddress, action: string, body: object): Promise<void> {
  const response = await fetch(`${url}/api/admin/${action}`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status !== 200) throw new Error(`${action} ${JSON.stringify(body)}: ${response.status}`);
}
