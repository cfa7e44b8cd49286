/** The text of the account page. */
import { PLANS, type Plan } from "../../worker/shared/plans.ts";
import { formatter, number } from "./format.ts";
import { language } from "./language.ts";
import { counted } from "./plural.ts";

const day = formatter(() => new Intl.DateTimeFormat(language.tag, { dateStyle: "medium" }));
const time = formatter(() => new Intl.DateTimeFormat(language.tag, { timeStyle: "short" }));
const outOf = (count: number, limit: number) => `${number(count)} of ${number(limit)}`;

export const accountText = {
  title: "Your account",
  loading: "Loading…",
  tryAgain: "Try again",
  signInTitle: "Sign in to see your account",
  signIn: "Sign in",

  plan: "Plan",
  operator: "Operator page",
  planName: (plan: Plan) => PLANS[plan].label,
  planConcurrent: (plan: Plan) =>
    `${counted(PLANS[plan].concurrent, { one: "image at a time", other: "images at once" })}.`,
  creating: "Creating now",
  creatingCount: outOf,
  unconfirmed: (count: number) =>
    counted(count, { one: "isn't confirmed by Skytells yet.", other: "aren't confirmed by Skytells yet." }),
  today: "Used today",
  todayCount: outOf,
  todayUnlimited: (used: number) => number(used),
  todayNoLimit: "Your plan has no daily limit.",
  /** Less than a day ahead: the time of day is enough. */
  resetsAt: (at: number) => `Resets at ${time().format(at)}.`,
  dayOver: (at: number) => `You've used all your images for today. The limit resets at ${time().format(at)}.`,

  sessions: "Sessions",
  signOut: "Sign out",
  signOutWhat: "Signs you out here and clears your draft and queue.",
  signOutEverywhere: "Sign out everywhere",
  signOutEverywhereWhat:
    "Signs you out on every device, including this one. Your images, links and API keys stay.",

  passkeys: "Passkeys",
  passkeysWhat: "Sign in with your fingerprint, face or screen lock instead of a password.",
  passkeysShow: "Show passkeys",
  passkeysNone: "You have no passkeys.",
  passkeysUnsupported:
    "This browser can't create passkeys. Use a current version of Chrome, Edge, Firefox or Safari.",
  passkeyAdd: "Add a passkey",
  passkeyCreated: (at: string) => `Created ${day().format(new Date(at))}`,
  passkeyUsed: (at: string | null) =>
    at === null ? "Never used" : `Last used ${day().format(new Date(at))}`,
  passkeySynced: "Synced across your devices",
  passkeyName: "Name",
  passkeyRename: "Rename",
  passkeyRenameOne: (name: string) => `Rename ${name}`,
  passkeySave: "Save",
  passkeyCancel: "Cancel",
  passkeyRemove: "Remove",
  passkeyRemoveOne: (name: string) => `Remove ${name}`,
  passkeyRemoveTitle: (name: string) => `Remove “${name}”?`,
  passkeyRemoveWhat: "You can't sign in with it anymore. Your other passkeys stay.",
  passkeyRemoveLast:
    "This is your only way to sign in. Once you're signed out, you need a new link from the owner of this studio.",
  passkeyRemoveConfirm: "Remove",
  passkeyKeep: "Keep",
  passkeyFailure: {
    canceled: "No passkey was created.",
    known: "This device already has a passkey for your account.",
    maximum_reached: "You have the maximum number of passkeys. Remove one first.",
  },

  downloads: "Downloads",
  fileMetadata: "Save prompt and settings in downloaded images",
  fileMetadataHint: "Anyone you send the file to can read your prompt. Applies to this browser.",

  export: "Your data",
  exportDescription:
    "Everything we store about you: your images in their original files, with prompts and settings, in zip files of up to 250 images.",
  exportShow: "Show downloads",
  exportParts: "Downloads",
  exportPart: (part: number, from: string | null) =>
    from === null ? `Part ${number(part)}` : `Part ${number(part)}, from ${day().format(new Date(from))}`,
  exportMore: "Show more",

  shared: "Shared images",
  sharedCount: (count: number, more: boolean) =>
    `${counted(count, { one: "image has", other: "images have" })} a public link${more ? " so far" : ""}.`,
  sharedNone: "None of your images has a public link.",
  openShared: (prompt: string) => `Open: ${prompt}`,
  copyLink: "Copy link",
  copied: "Copied",
  copyFailed: "Couldn't copy",
  showMore: "Show more",
  turnOff: "Turn off",
  turnOffOne: (prompt: string) => `Turn off the link to: ${prompt}`,
  turnOffAll: "Turn off all",
  turnOffTitle: "Turn off all public links?",
  turnOffWhat:
    "All your links stop working at once. Your images stay. If you share one again, it gets a new link.",
  turningOff: (count: number) => `Turning off… ${number(count)} so far`,
  keepLinks: "Keep",

  delete: "Delete account",
  deleteWhat: "Permanently deletes your account, your images and your links.",
  deleteOpen: "Delete my account",
  deleteTitle: "Delete your account?",
  deleteIntro: "This permanently deletes:",
  deleteList: [
    "all your images with their prompts, favorites included",
    "all your public links and API keys: they stop working",
    "what is being created or queued: it is canceled",
    "all your sessions, and what this browser stores: drafts, earlier prompts, settings",
  ],
  deleteFinal: "This can't be undone. Download your data first if you want to keep it.",
  deleteConfirm: (email: string) => `To confirm, type your email address: ${email}`,
  deleteMismatch: (email: string) => `That isn't the address of this account. It is ${email}.`,
  deleteConfirmed: "Delete account",
  deleting: "Deleting…",
  deleteAgain: "Try again",
  deleteUncertain: (why: string) =>
    `${why} We don't know yet whether your account was deleted. It's safe to try again.`,
  deleteSignedOut:
    "You were signed out before the deletion was confirmed. Sign in again to see whether your account still exists.",
  keep: "Keep my account",

  signedOut: {
    deleted: {
      title: "Your account is deleted",
      why: "Your images, prompts and links are gone, and this browser has cleared its data. Thank you for using the studio.",
    },
    suspended: {
      title: "This account is suspended",
      why: "The owner of this studio has suspended it. Your images are kept, but you can't see them until the account is reactivated. Please contact the owner.",
    },
  },
  backToStudio: "Back to studio",
};
