/** The text of the pages that the Worker renders; the studio's text is in `frontend/text/`. */

import type { SignInRefusal } from "../../auth/outcome.ts";

/** Language and text direction of these pages. */
export const language = { tag: "en", direction: "ltr" } as const;

type SignInText = {
  title: string;
  what: string;
  /** For the operator. */
  operator?: string;
};

export const text = {
  name: "Image Studio",
  toStudio: "Back to studio",
  openStudio: "Open the studio",
  tryAgain: "Try again",

  problem: {
    signedOut: "You're signed out",
    tooMany: "Too many requests",
    notFound: "Page not found",
    ours: "Something went wrong on our side",
    refused: "This can't be opened",
  },

  sharedTitle: (count: number) =>
    count === 1 ? "An image made with Image Studio" : "Images made with Image Studio",
  oneOf: (what: string, at: number, of: number) => `${what} (${at} of ${of})`,
  invitation: "Describe an image, get it in seconds.",
  madeWith: (prompt: string) => `${prompt} · Made with Image Studio`,
  makeOwn: "Make your own",
  tryPrompt: "Try this prompt",
  download: "Download",
  downloadOf: (at: number, of: number) => `Download ${at} of ${of}`,
  report: "Report this image",
  reportOf: (url: string) => `Report of ${url}`,
  shareGone: "This link doesn't work",
  shareGoneWhy: "The image is no longer shared, or the link is incomplete.",

  promptKept: (what: string) => `${what} Your prompt is saved.`,
  forOperator: (what: string) => `If you run this studio: ${what}`,
  signIn: {
    rate_limited: {
      title: "Too many sign-ins",
      what: "Wait a minute, then try again.",
    },
    provider_down: {
      title: "The sign-in provider isn't responding",
      what: "This isn't your fault. Try again in a moment.",
      operator: "Check the log for sign_in_refused, and the settings OIDC_ISSUER or ACCESS_TEAM_DOMAIN.",
    },
    provider_refuses_studio: {
      title: "The sign-in provider rejected this studio",
      what: "This isn't your fault. Tell the owner of this studio.",
      operator:
        "Check OIDC_CLIENT_ID and OIDC_CLIENT_SECRET. At the provider, this studio's /api/auth/callback must be a redirect URI, and the client must use client_secret_basic (or be public, without a secret).",
    },
    declined: {
      title: "You weren't signed in",
      what: "The sign-in was canceled, or your provider didn't allow it. You can try again.",
    },
    state_lost: {
      title: "This sign-in can't be completed",
      what: "It took longer than ten minutes, was started in another browser, or its cookie was blocked. Start again.",
    },
    code_rejected: {
      title: "This sign-in was already used",
      what: "Each sign-in works once, and only for a short time. Start again.",
    },
    token_invalid: {
      title: "The sign-in provider's response is invalid",
      what: "You weren't signed in. Start again. If it happens again, tell the owner of this studio.",
      operator: "Check the log for sign_in_refused: it names the part of the response that was wrong.",
    },
    clock_skew: {
      title: "The sign-in provider's response has expired",
      what: "It's too old, or the provider's clock is wrong. Start again.",
    },
    access_missing: {
      title: "This request didn't come through Cloudflare Access",
      what: "This studio only accepts sign-ins through Access. Open it at its own address.",
      operator: "An Access application must cover this host, and workers.dev and preview URLs must be off.",
    },
    email_missing: {
      title: "Your provider didn't share your email address",
      what: "The studio needs it for your account. Allow your provider to share it, or sign in with an account that has one.",
      operator:
        "The provider must send the claim “email” for the scope “email”. Service tokens don't have it.",
    },
    email_unverified: {
      title: "Your email address isn't verified",
      what: "Verify it with your sign-in provider, then try again.",
      operator:
        "The provider must send the claim “email_verified”. If it never does and you trust its addresses, set TRUST_UNVERIFIED_EMAIL to OIDC_ISSUER.",
    },
    not_admitted: {
      title: "You don't have access to this studio",
      what: "Only invited people can sign in. Ask the owner of this studio for access.",
      operator: "Add the address or its @domain to ALLOWED_USERS, and deploy.",
    },
    address_taken: {
      title: "Your address belongs to another account",
      what: "Another account of your provider has already signed in with this address. Ask the owner of this studio.",
      operator: "To release the old account, see docs/operations.md.",
    },
    suspended: {
      title: "This account is closed",
      what: "It's suspended or being deleted. Ask the owner of this studio.",
    },
  } satisfies Record<SignInRefusal | "rate_limited", SignInText> as Record<
    SignInRefusal | "rate_limited",
    SignInText
  >,
};
