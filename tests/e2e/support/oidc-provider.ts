/**
 * An OpenID provider of the package `oidc-provider`: `node oidc-provider.ts <port> <redirect-uri> <client-secret>`. Any
 * name and password sign in; the address of a name that starts with `unverified` is not verified.
 */
import { Provider } from "oidc-provider";

const [port, redirectUri, clientSecret] = process.argv.slice(2);
const CLIENT = "studio";

const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: CLIENT,
      client_secret: clientSecret,
      grant_types: ["authorization_code"],
      response_types: ["code"],
      redirect_uris: [redirectUri],
    },
  ],
  cookies: { keys: ["a-secret-of-the-end-to-end-tests-only"] },
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  findAccount: (_: unknown, id: string) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: !id.startsWith("unverified") }),
  }),
  // Grants consent at the sign-in, so that no consent page is shown.
  async loadExistingGrant(context: {
    oidc: { client: { clientId: string }; session: { accountId: string } };
  }) {
    const { client, session } = context.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid email");
    await grant.save();
    return grant;
  },
});
provider.listen(Number(port));
