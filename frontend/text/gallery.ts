/** Part of the text catalogue: what the gallery and a picture's own page say. */
import { formatter, number } from "./format.ts";
import { language } from "./language.ts";
import { counted } from "./plural.ts";
import type { GenerationStatus } from "../../worker/catalog.ts";

const day = formatter(() => new Intl.DateTimeFormat(language.tag, { dateStyle: "medium" }));
const dateTime = formatter(
  () => new Intl.DateTimeFormat(language.tag, { dateStyle: "medium", timeStyle: "short" }),
);
const percent = formatter(() => new Intl.NumberFormat(language.tag, { style: "percent" }));
const megabytes = formatter(
  () =>
    new Intl.NumberFormat(language.tag, {
      style: "unit",
      unit: "megabyte",
      maximumFractionDigits: 0,
    }),
);

const pictures = (count: number) => counted(count, { one: "picture", other: "pictures" });
/** A day as it stands in an address is a day everywhere: noon keeps clear of every time zone's edge. */
const dayOf = (iso: string) => day().format(new Date(`${iso}T12:00`));

export const pictureText = {
  title: "Gallery",
  search: "Search your prompts",
  searchShort: "Search",
  clearSearch: "Clear search",
  filter: "Filter",
  filterCount: (count: number) => `Filter, ${number(count)} in use`,
  favorites: "Favourites",
  onlyFavorites: "Only favourites",
  select: "Select",
  model: "Model",
  anyModel: "All models",
  show: "Show",
  statuses: {
    succeeded: "Pictures",
    queued: "In line",
    processing: "Being made",
    failed: "Failed",
    canceled: "Canceled",
    all: "Everything",
  } satisfies Record<GenerationStatus | "all", string>,
  made: "Made",
  times: { any: "Any time", 0: "Today", 6: "Last 7 days", 29: "Last 30 days", own: "From … to …" },
  from: "From",
  to: "To",
  fromDay: (iso: string) => `From ${dayOf(iso)}`,
  toDay: (iso: string) => `Until ${dayOf(iso)}`,
  onDay: (iso: string) => dayOf(iso),
  searched: (words: string) => `“${words}”`,
  remove: (filter: string) => `Remove filter: ${filter}`,
  clearAll: "Clear all",

  empty: "No pictures yet",
  emptyWhy: "Everything you make is kept here.",
  start: "Make the first one",
  nothingFound: (words: string) => `Nothing found for “${words}”`,
  nothingFoundWhy: "The whole history was searched. Fewer or other words may find more.",
  tooNarrow: "No picture matches these filters",
  tooNarrowWhy: "Take some away to see more.",
  noneOfStatus: "Nothing here",
  noneOfStatusWhy: "Nothing in your history has this state.",
  signIn: "Sign in to see your pictures",
  offline: "You're offline",
  offlineWhy: "Your pictures come back with the connection.",
  looking: "Still looking…",
  end: "That's all of them.",
  found: (count: number, more: boolean) => `${pictures(count)}${more ? " so far" : ""}`,
  newOnes: (count: number) => `${pictures(count)} new`,
  failed: (prompt: string) => `Without picture: ${prompt}`,

  selected: (count: number) => `${number(count)} selected`,
  choose: (prompt: string) => `Select: ${prompt}`,
  selectAll: (count: number) => `Select all ${number(count)} loaded`,
  all: "All",
  endSelection: "End selection",
  selectionHint: "Tap pictures to select them",
  favorite: "Favourite",
  unfavorite: "Not a favourite",
  favored: (count: number) => `${pictures(count)} added to your favourites.`,
  unfavored: (count: number) => `${pictures(count)} taken from your favourites.`,
  notFavored: (count: number, why: string) => `${pictures(count)} couldn't be changed. ${why}`,
  delete: "Delete",
  deleted: (count: number) => `${pictures(count)} deleted.`,
  undo: "Undo",
  notDeleted: (count: number, why: string) => `${pictures(count)} couldn't be deleted and came back. ${why}`,
  tooManyToDelete: (most: number) => `At most ${number(most)} can be deleted at a time.`,

  download: "Download",
  packing: (done: number, of: number) => `Packing ${number(done)} of ${number(of)}`,
  packed: (count: number) => `${pictures(count)} saved as one zip file.`,
  packedWithout: (count: number, missing: number) =>
    `${pictures(count)} saved as one zip file; ${number(missing)} couldn't be fetched.`,
  notPacked: "The zip file couldn't be finished. Check your connection and try again.",
  packTooLarge: (bytes: number) =>
    `That is more than ${megabytes().format(bytes / 1e6)}, all that this browser can hold for one zip file. Choose fewer, or use Chrome or Edge.`,
  cancel: "Cancel",
  fetchingFile: "Preparing the file…",
  fileReady: "The file is ready.",
  saveFile: "Save…",
  notSaved: "The file couldn't be saved. Check your connection and try again.",

  picture: "Picture",
  /** The view's name, short enough to listen to; the whole prompt is on the page. */
  dialog: (prompt?: string) =>
    prompt === undefined ? pictureText.picture : prompt.length > 80 ? `${prompt.slice(0, 79)}…` : prompt,
  previous: "Previous picture",
  next: "Next picture",
  close: "Close",
  outputs: "Pictures of this prompt",
  output: (at: number, of: number) => `${number(at)} of ${number(of)}`,
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  zoomFit: "Fit to the window",
  zoomFull: () => `Show at ${percent().format(1)}`,
  zoom: (scale: number) => percent().format(scale),
  copyPrompt: "Copy prompt",
  copied: "Copied",
  copyFailed: "Your browser didn't allow copying. Select the text and copy it.",
  remix: "Remix",
  remixWhat: "Prompt, model and options into the form, with a new seed",
  again: "More like this",
  againWhat: "Same settings, another seed, at once",
  /** `count`: how many so far; `queued`: the last one waits for a free slot. */
  againDone: (count: number, queued: boolean) =>
    count === 1
      ? `One more like this is ${queued ? "queued" : "being generated"}.`
      : `${number(count)} more like this, the last one ${queued ? "queued" : "being generated"}.`,
  seeIt: "See it",
  size: "Size",
  sizeOf: (width: number, height: number) => `${width} × ${height}`,
  ratio: "Shape",
  seed: "Seed",
  useSeed: "Use this seed",
  useSeedWhat: "Generate your next prompts with the same seed",
  without: "Without",
  date: (iso: string) => dateTime().format(new Date(iso)),
  took: "Took",
  missing: "This picture isn't here",
  missingWhy: "It may have been deleted, or it belongs to someone else.",
  notFetched: "The picture couldn't be fetched. It is tried again by itself.",
  toGallery: "To the gallery",
  notYet: "This picture isn't ready yet",

  share: "Share",
  shareTitle: "Share this picture",
  shareWhy: "Anyone with the link can see the picture, without an account.",
  shareOn: "Public link",
  showPrompt: "Show the prompt on the page",
  link: "Link",
  copyLink: "Copy link",
  shareLink: "Share link…",
  sharePicture: "Share the picture itself…",
  sharingStopped: "The link no longer works.",
};
