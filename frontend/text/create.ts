/** Part of the text catalogue: what the parts around the form say that come after the first screen. */
import { formatter, number } from "./format.ts";
import { language } from "./language.ts";
import { counted } from "./plural.ts";
import { MAX_PROMPT_LENGTH } from "../../worker/shared/prompt.ts";

const percent = formatter(() => new Intl.NumberFormat(language.tag, { style: "percent" }));
const units = formatter(() => new Intl.ListFormat(language.tag, { type: "unit", style: "narrow" }));
const time = formatter(() => new Intl.DateTimeFormat(language.tag, { timeStyle: "short" }));
const dateTime = formatter(
  () => new Intl.DateTimeFormat(language.tag, { dateStyle: "medium", timeStyle: "short" }),
);

/** Only the time for a moment of today. */
function moment(at: number, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return (isToday ? time : dateTime)().format(at);
}

const CHARACTERS = { one: "character", other: "characters" };

export const createText = {
  recent: "Recent images",
  seeAll: "See all in the gallery",
  loading: "Loading…",
  loadFailed: "Your images couldn't be loaded.",
  tryAgain: "Try again",
  cancel: "Cancel",
  canceled: "Canceled.",
  dismiss: "Dismiss",
  dismissAll: "Dismiss all",
  failures: "Failed and canceled",
  edit: "Edit",
  again: "Again",
  againWhat: "Same settings, new seed",
  /** `model`: its label. */
  inModel: (model: string) => `In ${model}`,
  /** `count`: how many are in the queue. */
  variationQueued: (count: number) => `Queued. ${number(count)} in the queue.`,
  variationStarted: "Creating another one.",
  uploadGone: "The reference image is no longer stored. Add it again.",
  variationRefused: "The queue is full. Try again when an image is done.",
  download: "Download",
  share: "Share",
  favorite: "Favorite",
  open: (prompt: string) => `Open: ${prompt}`,

  /** In the header: "1 creating · 4 queued". */
  creatingCount: (count: number) => `${number(count)} creating`,
  queuedCount: (count: number) => `${number(count)} queued`,
  /** In the header of a phone: how many are being created or queued. */
  busyCount: (count: number) => number(count),
  showProgress: "Show progress",

  queuedAnnouncement: (prompt: string) => `Queued: ${prompt}`,
  startedAnnouncement: (prompt: string) => `Creating: ${prompt}`,
  queueFull: "The queue is full. Your prompt stays here.",

  left: (count: number) => `${counted(count, CHARACTERS)} left`,
  over: (count: number) => `${counted(count, CHARACTERS)} over the limit`,

  sending: "Sending…",
  offline: "Offline. Will send when you're back",
  retrying: "The studio isn't responding. Retrying…",
  signInAwaited: "Will be sent after you sign in",
  queued: "Queued",
  processing: "Creating…",
  saving: "Saving…",
  unconfirmed: "Waiting for Skytells to confirm…",
  /** `time`: as `seconds` writes it. */
  about: (time: string) => `about ${time}`,
  slow: "Taking longer than usual",
  took: (time: string) => `Created in ${time}`,
  useSeed: "Use this seed",
  percent: (value: number) => percent().format(Math.round(value) / 100),
  seconds: (value: number) =>
    value < 60 ? `${number(value)} s` : `${number(Math.floor(value / 60))} min ${number(value % 60)} s`,

  ratioAuto: "Auto",
  seed: "Seed",
  seedRandom: "Random",
  seedLock: "Lock seed",
  seedDraw: "New random seed",
  seedLocked: (seed: string) => `Seed ${seed}`,
  seedRemove: (seed: string) => `Remove seed ${seed}`,
  exclude: "Exclude",
  excludeExample: "text, blur, extra fingers",
  count: (count: number) => `${number(count)} of ${number(MAX_PROMPT_LENGTH)}`,
  reset: "Reset options",
  done: "Done",
  noOptions: "This model has no options.",
  optionsUnused: (model: string, names: readonly string[]) =>
    `${model} doesn't use: ${units().format(names)}. Kept for other models.`,
  optionsUnknown: "This model's options aren't known yet.",

  dayLeft: (left: number, limit: number) =>
    `${number(left)} of ${counted(limit, { one: "image", other: "images" })} left today.`,
  tooMany: (left: number) =>
    `Only ${counted(left, { one: "image", other: "images" })} left today. Choose fewer.`,
  /** Less than a day ahead: the time alone is clear. */
  dayOver: (at: number) => `You've used all your images for today. The limit resets at ${time().format(at)}.`,

  queue: "Queue",
  starts: "Starts automatically",
  startsWhenReached: "Will be sent when you reconnect.",
  startsAfterSignIn: "Will be sent after you sign in.",
  startsAt: (at: number, now: number) => `Resumes at ${moment(at, now)}.`,
  triesAt: (at: number, now: number) => `Retrying at ${moment(at, now)}.`,
  paused: "The owner of this studio has paused it. Your prompt is saved.",
  stale: "Left in the queue from your last visit.",
  startNow: "Start now",
  tryNow: "Try now",
  editQueued: (prompt: string) => `Edit: ${prompt}`,
  removeQueued: (prompt: string) => `Remove: ${prompt}`,
  remove: "Remove from the queue",

  updateReady: "A new version is ready.",
  updateTake: "Reload for the new version",

  readyNotice: "Your image is ready",
  enterSends: "Enter sends the prompt",
  notify: "Notify me when an image is ready",
  notifyBlocked: "Your browser blocks notifications from this page.",

  shortcuts: "Keyboard shortcuts",
  shortcutsOn: "Single keys work outside text fields",
  close: "Close",
};
