/** The catalogue of the pages that the Worker writes itself; the studio's own is `frontend/text/`. */

import type { SignInRefusal } from "../../auth/outcome.ts";

/** The language that all of it is in, and which way those pages run. */
export const language = { tag: "en", direction: "ltr" } as const;

type SignInWords = {
  title: string;
  what: string;
  /** For whoever runs the studio. */
  operator?: string;
};

export const text = {
  name: "Image Studio",
  toStudio: "Back to the studio",
  tryAgain: "Try again",

  problem: {
    signedOut: "You're signed out",
    tooMany: "Too many requests",
    notFound: "Page not found",
    ours: "Something went wrong on our side",
    refused: "This can't be opened",
  },

  sharedTitle: "A picture made with Image Studio",
  invitation: "Describe a picture, get it in seconds.",
  madeWith: (prompt: string) => `${prompt} · Made with Image Studio`,
  makeOwn: "Make your own",
  report: "Report this picture",
  reportOf: (url: string) => `Report of ${url}`,
  shareGone: "This link leads nowhere",
  shareGoneWhy: "The picture is not shared any more, or never was.",

  promptKept: (what: string) => `${what} What you typed is kept.`,
  forOperator: (what: string) => `If you run this studio: ${what}`,
  signIn: {
    rate_limited: {
      title: "That was a lot of sign-ins",
      what: "Wait a minute, then try again.",
    },
    provider_down: {
      title: "The sign-in provider doesn't answer",
      what: "That is not your doing. Try again in a moment.",
      operator: "Look at the log for sign_in_refused, and check OIDC_ISSUER or ACCESS_TEAM_DOMAIN.",
    },
    provider_refuses_studio: {
      title: "The sign-in provider doesn't know this studio",
      what: "That is not your doing. Tell whoever runs this studio.",
      operator:
        "Check OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, that the provider lists this studio's /api/auth/callback as a redirect address, and that it has the client as client_secret_basic (or as public, without a secret).",
    },
    declined: {
      title: "You weren't signed in",
      what: "The sign-in was called off, or your provider didn't allow it. You can try again.",
    },
    state_lost: {
      title: "This sign-in can't be finished",
      what: "It took longer than ten minutes, was begun in another browser or tab, or its cookie was blocked. Start again.",
    },
    code_rejected: {
      title: "This sign-in was used already",
      what: "Each one counts once, and only for a short time. Start again.",
    },
    token_invalid: {
      title: "The sign-in provider's answer doesn't hold",
      what: "So nobody was signed in. Start again; if it happens again, tell whoever runs this studio.",
      operator: "Look at the log for sign_in_refused: it says which part of the answer was wrong.",
    },
    clock_skew: {
      title: "The sign-in provider's answer is out of time",
      what: "It is too old, or the provider's clock is wrong. Start again.",
    },
    access_missing: {
      title: "This request didn't come through Cloudflare Access",
      what: "This studio lets in whom Access lets in. Open it at its own address.",
      operator:
        "An Access application has to cover this host, and workers.dev and preview addresses have to be off.",
    },
    email_missing: {
      title: "Your provider didn't tell your email address",
      what: "The studio keeps your pictures under it. Allow it to be shared, or sign in with an account that has one.",
      operator: "The provider has to give the claim “email” for the scope “email”. A service token has none.",
    },
    email_unverified: {
      title: "Your email address isn't verified",
      what: "Verify it with your sign-in provider, then try again.",
      operator:
        "The provider has to give the claim “email_verified”. If it never does and you trust its addresses, set TRUST_UNVERIFIED_EMAIL to OIDC_ISSUER.",
    },
    not_admitted: {
      title: "This studio doesn't know your address",
      what: "Only people it is set up for can sign in. Ask whoever runs it to let you in.",
      operator: "Add the address or its @domain to ALLOWED_USERS, and deploy.",
    },
    address_taken: {
      title: "Your address belongs to another account",
      what: "Somebody signed in with the same address as another person at your provider. Ask whoever runs this studio.",
      operator: "docs/operations.md says how to let go of the old one.",
    },
    suspended: {
      title: "This account is closed",
      what: "It is suspended or being deleted. Ask whoever runs this studio.",
    },
  } satisfies Record<SignInRefusal | "rate_limited", SignInWords> as Record<
    SignInRefusal | "rate_limited",
    SignInWords
  >,
};
