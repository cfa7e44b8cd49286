/** The text of the consent page. */
export const consentText = {
  title: (app: string) => `Connect “${app}” to your studio?`,
  account: (email: string) => `You're signed in as ${email}.`,
  unverified: "The app chose this name itself. Continue only if you have just started connecting it.",
  host: "Your answer is sent to:",
  loopback: "This is a program on your own computer.",
  may: "The app can:",
  scopes: {
    read: "See your images, prompts and models",
    generate: "Create and cancel images, which count against your plan",
  },
  revoke: "You can disconnect it at any time on your account page.",
  allow: "Allow",
  deny: "Deny",
  signIn: "Sign in to connect an app",
  signInWhy: "Sign in to the studio, then return to this page.",
  email: "Email",
  devNote: "This studio runs on your own computer. Any address works, and no email is sent.",
  signInButton: "Sign in",
  failed: "This app can't be connected",
  restart: "Start again from the app.",
  invalid: (why: string) =>
    `The app sent an invalid request (${why.replace(/\.$/, "")}). Start again from the app. If it happens again, tell its developer.`,
  tooMany: (count: number) =>
    `You can connect at most ${count} apps. Disconnect one on your account page first.`,
};
