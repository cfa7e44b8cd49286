/** What somebody reads whose sign-in came to nothing: what happened, what to do, and the way back. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { SignInRefusal } from "../auth/outcome.ts";
import type { AppEnv } from "../middleware/app-env.ts";
import { PlainPage, plainPageHeaders } from "./plain-page.tsx";

type Words = {
  status: ContentfulStatusCode;
  title: string;
  what: string;
  /** For whoever runs the studio. */
  operator?: string;
};

const PAGES: Record<SignInRefusal | "rate_limited", Words> = {
  rate_limited: {
    status: 429,
    title: "That was a lot of sign-ins",
    what: "Wait a minute, then try again.",
  },
  provider_down: {
    status: 503,
    title: "The sign-in provider doesn't answer",
    what: "That is not your doing. Try again in a moment.",
    operator: "Look at the log for sign_in_refused, and check OIDC_ISSUER or ACCESS_TEAM_DOMAIN.",
  },
  provider_refuses_studio: {
    status: 502,
    title: "The sign-in provider doesn't know this studio",
    what: "That is not your doing. Tell whoever runs this studio.",
    operator:
      "Check OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, and that the provider lists this studio's /api/auth/callback as a redirect address.",
  },
  declined: {
    status: 403,
    title: "You weren't signed in",
    what: "The sign-in was called off, or your provider didn't allow it. You can try again.",
  },
  state_lost: {
    status: 400,
    title: "This sign-in can't be finished",
    what: "It took longer than ten minutes, was begun in another browser or tab, or its cookie was blocked. Start again.",
  },
  code_rejected: {
    status: 400,
    title: "This sign-in was used already",
    what: "Each one counts once, and only for a short time. Start again.",
  },
  token_invalid: {
    status: 502,
    title: "The sign-in provider's answer doesn't hold",
    what: "So nobody was signed in. Start again; if it happens again, tell whoever runs this studio.",
    operator: "Look at the log for sign_in_refused: it says which part of the answer was wrong.",
  },
  clock_skew: {
    status: 502,
    title: "The sign-in provider's answer is out of time",
    what: "It is too old, or the provider's clock is wrong. Start again.",
  },
  access_missing: {
    status: 403,
    title: "This request didn't come through Cloudflare Access",
    what: "This studio lets in whom Access lets in. Open it at its own address.",
    operator:
      "An Access application has to cover this host, and workers.dev and preview addresses have to be off.",
  },
  email_missing: {
    status: 403,
    title: "Your provider didn't tell your email address",
    what: "The studio keeps your pictures under it. Allow it to be shared, or sign in with an account that has one.",
    operator: "The provider has to give the claim “email” for the scope “email”. A service token has none.",
  },
  email_unverified: {
    status: 403,
    title: "Your email address isn't verified",
    what: "Verify it with your sign-in provider, then try again.",
    operator: "The provider has to give the claim “email_verified”.",
  },
  not_admitted: {
    status: 403,
    title: "This studio doesn't know your address",
    what: "Only people it is set up for can sign in. Ask whoever runs it to let you in.",
    operator: "Add the address or its @domain to ALLOWED_USERS, and deploy.",
  },
  address_taken: {
    status: 403,
    title: "Your address belongs to another account",
    what: "Somebody signed in with the same address as another person at your provider. Ask whoever runs this studio.",
    operator: "docs/operations.md says how to let go of the old one.",
  },
  suspended: {
    status: 403,
    title: "This account is closed",
    what: "It is suspended or being deleted. Ask whoever runs this studio.",
  },
};

const RETRY_AFTER_SECONDS: Partial<Record<ContentfulStatusCode, string>> = { 429: "60", 503: "30" };

/** The page for this refusal, with its status. The prompt that somebody typed is still in their browser. */
export function signInPage(c: Context<AppEnv>, reason: keyof typeof PAGES) {
  const { status, title, what, operator } = PAGES[reason];
  const nonce = crypto.randomUUID();
  const retryAfter = RETRY_AFTER_SECONDS[status];
  return c.html(
    <PlainPage title={title} nonce={nonce}>
      <main>
        <h1 class="title">{title}</h1>
        <p>{what} What you typed is kept.</p>
        {operator && <p>If you run this studio: {operator}</p>}
        <a class="action" href="/">
          Back to the studio
        </a>
      </main>
    </PlainPage>,
    status,
    { ...plainPageHeaders(nonce), ...(retryAfter && { "retry-after": retryAfter }) },
  );
}
