/** Part of the text catalogue: what the parts around the form say that come after the first screen. */
import { formatter, number } from "./format.ts";
import { language } from "./language.ts";
import { counted } from "./plural.ts";
import { MAX_PROMPT_LENGTH } from "../../worker/catalog.ts";

const percent = formatter(() => new Intl.NumberFormat(language.tag, { style: "percent" }));
const minute = formatter(() => new Intl.NumberFormat(language.tag, { style: "unit", unit: "minute" }));
const second = formatter(() => new Intl.NumberFormat(language.tag, { style: "unit", unit: "second" }));
const units = formatter(() => new Intl.ListFormat(language.tag, { type: "unit", style: "narrow" }));
const time = formatter(() => new Intl.DateTimeFormat(language.tag, { timeStyle: "short" }));
const dateTime = formatter(
  () => new Intl.DateTimeFormat(language.tag, { dateStyle: "medium", timeStyle: "short" }),
);

/** As short as it is clear: today's by the clock alone. */
function moment(at: number, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  return (isToday ? time : dateTime)().format(at);
}

export const making = {
  recent: "Recent pictures",
  seeAll: "See all in the gallery",
  loading: "Loading…",
  loadFailed: "Your pictures couldn't be loaded.",
  tryAgain: "Try again",
  cancel: "Cancel",
  canceled: "Canceled.",
  dismiss: "Dismiss",
  editPrompt: "Edit prompt",
  download: "Download",
  share: "Share",
  favorite: "Favourite",
  open: (prompt: string) => `Open: ${prompt}`,

  left: (count: number) => `${number(count)} left`,
  over: (count: number) => `${number(count)} too many`,

  sending: "Sending",
  cut: "Reconnecting…",
  retrying: "The studio isn't responding. Retrying…",
  signInAwaited: "Sent when you've signed in again",
  queued: "In line",
  processing: "Making",
  saving: "Saving…",
  unconfirmed: "Skytells hasn't confirmed this one yet; checking…",
  percent: (value: number) => percent().format(Math.round(value) / 100),
  seconds: (value: number) =>
    units().format(
      value < 60
        ? [second().format(value)]
        : [minute().format(Math.floor(value / 60)), second().format(value % 60)],
    ),

  ratioAuto: "Auto",
  seed: "Seed",
  seedRandom: "A new one for each picture",
  seedLock: "Keep the seed",
  seedDraw: "Draw another seed",
  seedLocked: (seed: string) => `Seed ${seed}`,
  seedRemove: (seed: string) => `Remove seed ${seed}`,
  without: "Without",
  withoutExample: "text, blur, extra fingers",
  count: (count: number) => `${number(count)} of ${number(MAX_PROMPT_LENGTH)}`,
  reset: "Reset options",
  done: "Done",
  noOptions: "This model has no options.",
  optionsUnused: (model: string, names: readonly string[]) =>
    `${model} doesn't use: ${units().format(names)}. Kept for the other models.`,
  optionsUnknown: "One moment: what this model can do is being asked for.",

  dayLeft: (left: number, limit: number) =>
    `${number(left)} of ${counted(limit, { one: "picture", other: "pictures" })} left today.`,
  /** Less than a day ahead, so the clock alone says which one. */
  dayOver: (at: number) => `Today's pictures are all made. There are more from ${time().format(at)} on.`,

  upNext: "Up next",
  starts: "Starts by itself when a place is free.",
  startsWhenReached: "Will be sent when the studio can be reached.",
  startsAfterSignIn: "Will be sent after you sign in.",
  startsAt: (at: number, now: number) => `Goes on by itself at ${moment(at, now)}.`,
  triesAt: (at: number, now: number) => `Tries again by itself at ${moment(at, now)}.`,
  paused: "Whoever runs this studio has paused it. Your prompt is kept.",
  asleep: "These have waited here since your last visit.",
  startNow: "Start now",
  tryNow: "Try now",
  editWaiting: (prompt: string) => `Edit: ${prompt}`,
  removeWaiting: (prompt: string) => `Remove: ${prompt}`,

  updateReady: "A new version is ready.",
  updateTake: "Reload for the new version",

  readyNotice: "Your picture is ready",
  enterSends: "Enter sends the prompt",
  notify: "Tell me when a picture is ready",
  notifyBlocked: "Your browser blocks notifications from this page.",

  shortcuts: "Keyboard shortcuts",
  shortcutsOn: "Single keys work outside text fields",
  close: "Close",
};
