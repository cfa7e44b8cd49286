/** Part of the text catalogue: what the first screen needs. The rest comes with the parts that show it. */
import { MAX_PROMPT_LENGTH, PLANS, type Plan } from "../../worker/catalog.ts";

const number = new Intl.NumberFormat("en");

export const text = {
  name: "Image Studio",
  create: "Create",
  gallery: "Gallery",
  skip: "Skip to content",

  headline: "What do you want to see?",
  prompt: "Prompt",
  placeholder: "Describe a picture…",
  generate: "Generate",
  models: "Model",
  ratio: "Shape",
  ratioAuto: "Auto",
  ratioName: (ratio: string) => `Shape: ${ratio}`,
  left: (count: number) => `${number.format(count)} left`,
  over: (count: number) => `${number.format(count)} too many`,
  promptEmpty: "Write a prompt first.",
  promptTooLong: `A prompt has at most ${number.format(MAX_PROMPT_LENGTH)} characters.`,
  promptMalformed: "The prompt contains characters that are not text.",
  tryOne: "Not sure? Start from one of these.",
  examples: [
    "A lighthouse on a basalt cliff at blue hour, long exposure, soft fog",
    "Paper-cut forest with a fox, layered, warm light from within",
    "Portrait of an old sailor, Rembrandt light, film grain",
    "Tiny greenhouse on the moon, isometric, pastel colours",
  ],

  recent: "Recent pictures",
  seeAll: "See all in the gallery",
  loading: "Loading…",
  tryAgain: "Try again",
  reload: "Reload",
  chunkLost: "This part of the studio couldn't be loaded.",
  loadFailed: "Your pictures couldn't be loaded.",

  sending: "Sending",
  queued: "In line",
  processing: "Making",
  saving: "Saving",
  unconfirmed: "Skytells hasn't confirmed this one yet; checking…",
  percent: (value: number) => `${number.format(Math.round(value))} %`,
  seconds: (value: number) =>
    value < 60 ? `${number.format(value)} s` : `${Math.floor(value / 60)} min ${value % 60} s`,
  cancel: "Cancel",
  canceled: "Canceled.",
  dismiss: "Dismiss",
  editPrompt: "Edit prompt",
  download: "Download",
  share: "Share",
  favorite: "Favourite",
  open: (prompt: string) => `Open: ${prompt}`,

  started: (prompt: string) => `Making: ${prompt}`,
  ready: (prompt: string) => `Your picture is ready: ${prompt}`,
  failed: (sentence: string) => `No picture: ${sentence}`,

  inFlight: (count: number, limit: number) => `${number.format(count)} of ${number.format(limit)} in flight`,
  limitReached: (plan: Plan) => {
    const { label, concurrent } = PLANS[plan];
    const atOnce =
      concurrent === 1 ? "one picture at a time" : `${number.format(concurrent)} pictures at once`;
    return `The ${label} plan makes ${atOnce}. Generate again when one is done; your prompt is kept.`;
  },

  account: "Account and settings",
  pageMissing: "There is nothing at this address",
  toStudio: "Back to the studio",
};
