/** The text of the page of an invitation. */
export const inviteText = {
  title: (host: string) => `You’re invited to ${host}`,
  loading: "Checking your link…",
  noScript: "This page needs JavaScript.",
  account: "Your account:",
  isNew: "Create a passkey to make your account and sign in.",
  isKnown: "Create a passkey to sign in. Your images stay as they are.",
  plan: { free: "Plan: Free", pro: "Plan: Pro" },
  operator: "You’ll be an operator of this studio.",
  what: "A passkey replaces a password: you confirm with your fingerprint, face or screen lock.",
  other: "In this browser, you’re signed in as someone else. Continuing signs out this account:",
  create: "Create a passkey",
  busy: "Waiting for your passkey…",
  unsupported:
    "This browser can’t create passkeys. Open the link in a current version of Chrome, Edge, Firefox or Safari.",
  ended:
    "This link isn’t valid. It may have expired, or it was already used. Ask the owner of this studio for a new one.",
  canceled: "No passkey was created. You can try again.",
  known: "This device already has a passkey for this account. Sign in with it instead.",
  suspended: "This account is suspended. Contact the owner of this studio.",
  tooMany: "This account has the maximum number of passkeys. Remove one on your account page first.",
  rateLimited: "Too many attempts. Wait a minute and try again.",
  failed: "Something went wrong. Check your connection and try again.",
};
