/** The text of the sign-in dialog and of the page for unknown addresses. */
export const signInText = {
  titleGenerate: "Sign in to generate",
  why: "Images are saved to this account.",
  whyGenerate: "Images are saved to this account. We'll start your prompt right after.",
  loading: "Loading…",
  email: "Email",
  emailExample: "you@example.com",
  emailInvalid: "That doesn't look like an email address.",
  devNote: "This studio runs on your own computer. Any address works, and no email is sent.",
  withPasskey: "Sign in with a passkey",
  passkeyCanceled: "You weren't signed in. Try again, or ask the owner of this studio for a new link.",
  passkeyRefused: "This passkey wasn't accepted. Ask the owner of this studio for a new link.",
  withOidc: "Continue with your account",
  withAccess: "Continue with Cloudflare Access",
  notSetUp: "Sign-in isn't set up on this studio yet",
  notSetUpWhat: "The owner of this studio can turn it on with these settings (see the README):",
  settings: [
    ["ADMIN_TOKEN", "invitations by link, and passkeys"],
    ["DEV_SIGN_IN", "one-click sign-in, on your own computer"],
    ["OIDC_ISSUER, OIDC_CLIENT_ID", "any OpenID Connect provider"],
    ["ACCESS_TEAM_DOMAIN, ACCESS_AUD", "Cloudflare Access"],
    ["ALLOWED_USERS", "who may sign in, with either of them"],
  ],
  close: "Close",

  pageNotFound: "Page not found",
  backToStudio: "Back to studio",
};
