/** Part of the text catalogue: what menus, dialogs, gallery and picture view say. */
import { counted } from "./plural.ts";
import { PLANS, type Plan } from "../../worker/catalog.ts";

export const later = {
  plan: (plan: Plan) => {
    const { label, concurrent } = PLANS[plan];
    return `${label} plan · ${counted(concurrent, { one: "picture at a time", other: "pictures at once" })}`;
  },
  signedOut: "Not signed in",
  signIn: "Sign in",
  signOut: "Sign out",
  yourAccount: "Your account",
  theme: "Appearance",
  themes: { system: "System", light: "Light", dark: "Dark" },

  signInTitle: "Sign in to make it",
  signInWhy: "Your pictures are kept under your address.",
  signInGoesOn: "Your pictures are kept under your address. Your prompt goes on by itself afterwards.",
  signInWaits: "One moment…",
  email: "Email",
  emailExample: "you@example.com",
  emailInvalid: "That doesn't look like an email address.",
  signInDevNote: "This studio runs on your own computer: any address works, and nothing is sent to it.",
  signInOidc: "Continue with your account",
  signInAccess: "Continue with Cloudflare Access",
  signInMissing: "Sign-in isn't set up on this studio yet.",
  signInMissingWhat: "Whoever runs it can turn it on with these settings, which the README describes:",
  signInSettings: [
    ["DEV_SIGN_IN", "one-click sign-in, on your own computer"],
    ["OIDC_ISSUER, OIDC_CLIENT_ID", "any OpenID Connect provider"],
    ["ACCESS_TEAM_DOMAIN, ACCESS_AUD", "Cloudflare Access"],
    ["ALLOWED_USERS", "who may sign in, with either of them"],
  ],
  close: "Close",

  pageMissing: "There is nothing at this address",
  toStudio: "Back to the studio",
};
