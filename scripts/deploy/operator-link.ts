/** The operator's first sign-in: a link that works once, so only a terminal gets it. */
import { newInvitation } from "../../worker/api/schemas/passkey.ts";
import { parseUrl, request } from "../admin/client.ts";

type Question = (question: string) => Promise<string>;

/** The lines to print. `ask` is null without a terminal. `email`: of the environment. */
export async function operatorLink(
  address: string,
  token: string | null,
  ask: Question | null,
  email: string | undefined,
): Promise<string[]> {
  const url = parseUrl(address);
  const command = (whom: string) =>
    `npm run admin -- invite ${whom} --operator${url ? ` --url ${url.origin}` : ""}`;
  const known = email?.trim();
  if (!ask || !url || token === null)
    return [`To sign in as the operator, make a link: ${command(known || "EMAIL")}`];
  const whom = known || (await ask("Your email address, for a sign-in link (empty: no link): ")).trim();
  if (whom === "") return [`No sign-in link was made. To make one: ${command("EMAIL")}`];
  const made = await request<unknown>({ url, token }, "POST", "invitations", { email: whom, operator: true });
  const parsed = made.ok ? newInvitation.safeParse(made.value) : null;
  if (!parsed?.success) {
    const reason = made.ok ? "the studio's response is not understood" : made.message;
    return [`No sign-in link was made: ${reason}`, `To try again: ${command(whom)}`];
  }
  return [`Sign in as ${whom}, with this link. It works once, and is shown only now:`, parsed.data.link];
}
