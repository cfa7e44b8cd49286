/** Where a user allows an app to use the studio with their account. */
import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { GRANTABLE_SCOPES } from "../../auth/oauth/paths.ts";
import type { AppContext } from "../middleware/app-env.ts";
import { consentText } from "./consent-text.ts";
import { PlainPage, plainPageHeaders } from "./plain-page.tsx";

export type ConsentForm = {
  description: ConsentDescription;
  scopes: readonly (typeof GRANTABLE_SCOPES)[number][];
  /** Posted back: the provider finds the request by it. */
  handle: string;
  user: { id: string; email: string };
};

/** A browser sends `Origin: null` with a form from a page with `no-referrer`, which the origin check refuses. */
const REFERRER = { "referrer-policy": "same-origin" };
const STYLE = `
button.action { border: 0; font: inherit; font-weight: 600; cursor: pointer; }
button.action.plain { border: 1px solid var(--muted); }
.choices { display: flex; flex-wrap: wrap; justify-content: center; gap: 0.75rem; }
.choices .action { min-inline-size: 7.5rem; justify-content: center; }
form.sign-in { display: grid; gap: 1rem; inline-size: min(100%, 20rem); }
form.sign-in label { display: grid; gap: 0.25rem; }
form.sign-in .action { justify-content: center; }
input { min-block-size: 2.75rem; padding: 0 0.75rem; border: 1px solid var(--muted); border-radius: 0.5rem; background: none; color: inherit; font: inherit; }
.host { display: block; color: CanvasText; font-weight: 600; }
ul.scopes { display: grid; gap: 0.25rem; max-inline-size: 60ch; margin: 0.5rem 0 0; padding-inline-start: 1.25rem; }
button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
`;
const NO_STORE = { "cache-control": "no-store, no-transform" };

export function consentPage(c: AppContext, { description, scopes, handle, user }: ConsentForm) {
  const { clientName, redirectUri, redirectHost, redirectIsLoopback } = description;
  const nonce = crypto.randomUUID();
  const title = consentText.title(clientName.slice(0, MAX_SHOWN_NAME));
  const page = (
    <PlainPage title={title} nonce={nonce} style={STYLE}>
      <main>
        <h1 class="title">
          <bdi>{title}</bdi>
        </h1>
        <p>{consentText.unverified}</p>
        <p>
          {consentText.host}{" "}
          <bdi class="host" dir="ltr">
            {redirectHost}
          </bdi>
          {redirectIsLoopback && consentText.loopback}
        </p>
        <p>{consentText.account(user.email)}</p>
        <div>
          <p>{consentText.may}</p>
          <ul class="scopes">
            {scopes.map((scope) => (
              <li>{consentText.scopes[scope]}</li>
            ))}
          </ul>
        </div>
        <p>{consentText.revoke}</p>
        <form method="post" action="/oauth/authorize" class="choices">
          <input type="hidden" name="handle" value={handle} />
          <input type="hidden" name="user" value={user.id} />
          <button class="action" name="decision" value="allow">
            {consentText.allow}
          </button>
          <button class="action plain" name="decision" value="deny">
            {consentText.deny}
          </button>
        </form>
      </main>
    </PlainPage>
  );
  // Chrome applies form-action to the redirect that follows the form, too.
  const headers = plainPageHeaders(nonce, `'self' ${new URL(redirectUri).origin}`);
  return c.html(page, 200, { ...headers, ...REFERRER, ...NO_STORE });
}

/** In UTF-16 code units: an app chooses its name itself. */
export const MAX_SHOWN_NAME = 100;

type Notice = { title: string; what: string; link: { href: string; label: string } };

/** Instead of the form: what the user has to do first, or why it is not possible. */
export function consentNotice(c: AppContext, status: ContentfulStatusCode, { title, what, link }: Notice) {
  const nonce = crypto.randomUUID();
  return c.html(
    <PlainPage title={title} nonce={nonce}>
      <main>
        <h1 class="title">{title}</h1>
        <p>{what}</p>
        <a class="action" href={link.href}>
          {link.label}
        </a>
      </main>
    </PlainPage>,
    status,
    { ...plainPageHeaders(nonce), ...NO_STORE },
  );
}

/** Development on one machine: the sign-in leads back to this address, which then shows the consent page. */
export function devSignInPage(c: AppContext, status: ContentfulStatusCode) {
  const nonce = crypto.randomUUID();
  const { pathname, search } = new URL(c.req.url);
  return c.html(
    <PlainPage title={consentText.signIn} nonce={nonce} style={STYLE}>
      <main>
        <h1 class="title">{consentText.signIn}</h1>
        <p id="note">{consentText.devNote}</p>
        <form method="post" action={pathname + search} class="sign-in">
          <label>
            {consentText.email}
            <input type="email" name="email" required autocomplete="email" aria-describedby="note" />
          </label>
          <button class="action">{consentText.signInButton}</button>
        </form>
      </main>
    </PlainPage>,
    status,
    { ...plainPageHeaders(nonce, "'self'"), ...REFERRER, ...NO_STORE },
  );
}
