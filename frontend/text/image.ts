/** Part of the text catalogue: the image viewer and the share dialog. */
import { formatter, number } from "./format.ts";
import { language } from "./language.ts";
import { counted } from "./plural.ts";

const dateTime = formatter(
  () => new Intl.DateTimeFormat(language.tag, { dateStyle: "medium", timeStyle: "short" }),
);
const percent = formatter(() => new Intl.NumberFormat(language.tag, { style: "percent" }));

const MAX_LABEL_LENGTH = 80;

export const imageText = {
  image: "Image",
  /** The dialog's name, short enough to listen to; the whole prompt is on the page. */
  dialog: (prompt?: string) => {
    if (prompt === undefined) return imageText.image;
    return prompt.length > MAX_LABEL_LENGTH ? `${prompt.slice(0, MAX_LABEL_LENGTH - 1)}…` : prompt;
  },
  compare: (count: number) => `Compare ${counted(count, { one: "image", other: "images" })}`,
  open: (prompt: string) => `Open: ${prompt}`,
  openShort: "Open",
  previous: "Previous image",
  next: "Next image",
  close: "Close",
  outputs: "Images of this prompt",
  output: (at: number, of: number) => `${number(at)} of ${number(of)}`,
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  zoomFit: "Fit to the window",
  zoomFull: () => `Show at ${percent().format(1)}`,
  zoom: (scale: number) => percent().format(scale),
  loadError: "The image couldn't be loaded. Retrying…",
  missing: "Image not found",
  missingWhy: "It may have been deleted, or it belongs to another account.",
  toGallery: "Go to gallery",
  tryAgain: "Try again",
  notReady: "This image isn't ready yet",
  canceled: "Canceled.",

  download: "Download",
  share: "Share",
  favorite: "Favorite",
  edit: "Edit",
  editHint: "Copies the prompt and settings to the form, without the seed",
  again: "Again",
  againHint: "Creates another one with the same settings and a new seed",
  /** `count`: how many so far; `queued`: the last one waits for a free slot. */
  againDone: (count: number, queued: boolean) => {
    if (count === 1) return queued ? "Another one is queued." : "Creating another one.";
    return `Added ${counted(count, { one: "image", other: "images" })}${queued ? ", the last one is queued." : "."}`;
  },
  inModel: (model: string) => `In ${model}`,
  inModelHint: (model: string) => `Creates it again with ${model}: same prompt, settings and seed`,
  inModelDone: (model: string, queued: boolean) =>
    queued ? `Queued in ${model}.` : `Creating it in ${model}.`,
  view: "View",
  queueFull: "The queue is full. Try again when one of its images is done.",
  delete: "Delete",
  reference: "Reference",
  referenceUploaded: "Uploaded image",
  referenceOwn: "Open the image",

  copyPrompt: "Copy prompt",
  copied: "Copied",
  copyFailed: "Your browser didn't allow copying. Select the text and copy it.",
  model: "Model",
  size: "Size",
  sizeOf: (width: number, height: number) => `${width} × ${height}`,
  ratio: "Aspect ratio",
  seed: "Seed",
  useSeed: "Use this seed",
  useSeedHint: "Uses the same seed for your next prompts",
  exclude: "Exclude",
  count: "Images",
  /** `of`: how many were asked for. */
  countOf: (count: number, of: number) => (count < of ? imageText.output(count, of) : number(of)),
  created: "Date",
  date: (iso: string) => dateTime().format(new Date(iso)),
  time: "Time",

  shareTitle: "Share this image",
  shareWhy: (count: number) =>
    `Anyone with the link can see ${count > 1 ? `all ${number(count)} images` : "the image"}, without an account.`,
  publicLink: "Public link",
  publicLinkHint: "Anyone with the link can see this image",
  showPrompt: "Show the prompt on the page",
  link: "Link",
  copyLink: "Copy link",
  shareLink: "Share link…",
  shareImage: "Share image…",
  sharingStopped: "The link no longer works.",
};
