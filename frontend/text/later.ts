/** Part of the text catalogue: what menus, dialogs, gallery and picture view say. */
import { PLANS, type Plan } from "../../worker/catalog.ts";

const number = new Intl.NumberFormat("en");
const dateTime = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

export const later = {
  plan: (plan: Plan) => {
    const { label, concurrent } = PLANS[plan];
    return `${label} plan · ${concurrent === 1 ? "1 picture at a time" : `${number.format(concurrent)} pictures at once`}`;
  },
  signedOut: "Not signed in",
  signIn: "Sign in",
  signOut: "Sign out",
  signOutEverywhere: "Sign out everywhere",
  theme: "Appearance",
  themes: { system: "System", light: "Light", dark: "Dark" },

  signInTitle: "Sign in to make it",
  signInWhy: "Your pictures are kept under your address.",
  signInGoesOn: "Your pictures are kept under your address. Your prompt goes on by itself afterwards.",
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

  galleryTitle: "Gallery",
  galleryEmpty: "No pictures yet",
  galleryEmptyWhy: "Everything you make is kept here.",
  galleryStart: "Make the first one",
  gallerySignIn: "Sign in to see your pictures",
  galleryEnd: "That's all of them.",

  picture: "Picture",
  previous: "Previous picture",
  next: "Next picture",
  copyPrompt: "Copy prompt",
  copied: "Copied",
  copyFailed: "Your browser didn't allow copying. Select the text and copy it.",
  model: "Model",
  size: "Size",
  sizeOf: (width: number, height: number) => `${width} × ${height}`,
  seed: "Seed",
  without: "Without",
  made: "Made",
  date: (iso: string) => dateTime.format(new Date(iso)),
  usePrompt: "Use this prompt",
  remove: "Delete",
  removeSure: "Delete this picture for good? A shared link to it stops working.",
  keep: "Keep it",
  removed: "Deleted.",
  pictureMissing: "This picture isn't here",
  pictureMissingWhy: "It may have been deleted, or it belongs to someone else.",

  shareTitle: "Share this picture",
  shareWhy: "Anyone with the link can see the picture, without an account.",
  showPrompt: "Show the prompt on the page",
  createLink: "Create link",
  link: "Link",
  copyLink: "Copy link",
  stopSharing: "Stop sharing",
  sharingStopped: "The link no longer works.",
};
