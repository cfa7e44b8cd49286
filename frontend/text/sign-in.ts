/** The text of the account menu, the sign-in dialog and the page for unknown addresses. */
import { PLANS, type Plan } from "../../worker/shared/plans.ts";
import { counted } from "./plural.ts";

export const signInText = {
  plan: (plan: Plan) => {
    const { label, concurrent } = PLANS[plan];
    return `${label} plan · ${counted(concurrent, { one: "image at a time", other: "images at once" })}`;
  },
  signedOut: "Not signed in",
  signIn: "Sign in",
  signOut: "Sign out",
  yourAccount: "Your account",
  theme: "Appearance",
  themes: { system: "System", light: "Light", dark: "Dark" },

  titleGenerate: "Sign in to generate",
  why: "Images are saved to this account.",
  whyGenerate: "Images are saved to this account. We'll start your prompt right after.",
  loading: "Loading…",
  email: "Email",
  emailExample: "you@example.com",
  emailInvalid: "That doesn't look like an email address.",
  devNote: "This studio runs on your own computer. Any address works, and no email is sent.",
  withOidc: "Continue with your account",
  withAccess: "Continue with Cloudflare Access",
  notSetUp: "Sign-in isn't set up on this studio yet",
  notSetUpWhat: "The owner of this studio can turn it on with these settings (see the README):",
  settings: [
    ["DEV_SIGN_IN", "one-click sign-in, on your own computer"],
    ["OIDC_ISSUER, OIDC_CLIENT_ID", "any OpenID Connect provider"],
    ["ACCESS_TEAM_DOMAIN, ACCESS_AUD", "Cloudflare Access"],
    ["ALLOWED_USERS", "who may sign in, with either of them"],
  ],
  close: "Close",

  pageNotFound: "Page not found",
  backToStudio: "Back to studio",
};
