/** Part of the text catalogue: what the account page says. */
import { PLANS, type Plan } from "../../worker/catalog.ts";
import { formatter, number } from "./format.ts";
import { language } from "./language.ts";
import { counted } from "./plural.ts";

const day = formatter(() => new Intl.DateTimeFormat(language.tag, { dateStyle: "medium" }));
const time = formatter(() => new Intl.DateTimeFormat(language.tag, { timeStyle: "short" }));
const of = (count: number, limit: number) => `${number(count)} of ${number(limit)}`;

export const account = {
  title: "Your account",
  loading: "Loading…",
  tryAgain: "Try again",
  signIn: "Sign in to see your account",
  signInDo: "Sign in",

  plan: "Plan",
  planIs: (plan: Plan) => PLANS[plan].label,
  planWhat: (plan: Plan) =>
    `${counted(PLANS[plan].concurrent, { one: "picture at a time", other: "pictures at once" })}.`,
  inFlight: "In flight",
  inFlightOf: of,
  unconfirmed: (count: number) =>
    `${counted(count, { one: "isn't confirmed by Skytells yet.", other: "aren't confirmed by Skytells yet." })}`,
  today: "Used today",
  todayOf: of,
  todayUnlimited: (used: number) => number(used),
  todayNoLimit: "Your plan has no daily limit.",
  /** Less than a day ahead, so the clock alone says which one. */
  resets: (at: number) => `Counts anew from ${time().format(at)}.`,

  sessions: "Sessions",
  signOut: "Sign out",
  signOutWhat: "Ends the session in this browser, and removes what you were typing and what is up next.",
  signOutEverywhere: "Sign out everywhere",
  signOutEverywhereWhat:
    "Ends every session on every device at once, this one too. Your pictures and links stay.",

  export: "Your data",
  exportWhat:
    "Everything that is kept of you: the pictures as they were made, with their prompts and settings, in zip files of up to 250.",
  exportDo: "Show the downloads",
  exportParts: "Downloads",
  exportPart: (part: number, from: string | null) =>
    from === null ? `Part ${number(part)}` : `Part ${number(part)}, from ${day().format(new Date(from))} on`,
  exportMore: "Show more",

  delete: "Delete account",
  deleteWhat: "Your account, your pictures and your links, for good.",
  deleteOpen: "Delete my account…",
  deleteTitle: "Delete your account?",
  deleteGoes: "This goes, at once and for good:",
  deleteList: [
    "all your pictures with their prompts, also the favourites",
    "every public link: it leads nowhere from then on",
    "what is being made now is canceled, and what is up next never starts",
    "every session, and what this browser keeps: what you typed, earlier prompts, settings",
  ],
  deleteFinal: "It can't be undone. Download your data first, if you want to keep it.",
  deleteConfirm: (email: string) => `To confirm, type your email address: ${email}`,
  deleteMismatch: (email: string) => `That isn't the address of this account. It is ${email}.`,
  deleteDo: "Delete for good",
  deleting: "Deleting…",
  deleteAgain: "Send it again",
  deleteUncertain: (why: string) =>
    `${why} It isn't certain that your account is deleted. Send it again: asking twice does no harm.`,
  deleteSignedOut:
    "You were signed out before this was done. Sign in again to see whether your account is still there.",
  keep: "Keep my account",

  farewells: {
    deleted: {
      title: "Your account is deleted",
      why: "Your pictures, prompts and links are gone, and this browser has forgotten them. Thank you for the time you spent here.",
    },
    suspended: {
      title: "This account is suspended",
      why: "Whoever runs this studio has closed it for now. What you made is kept, but can't be seen until they open it again: ask them.",
    },
  },
  toStudio: "To the studio",
};
