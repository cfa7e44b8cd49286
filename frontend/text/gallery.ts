/** Messages of the gallery: toolbar, filters, tiles, selection and zip files. */
import type { TileSize } from "../../worker/shared/tile-image.ts";
import type { GenerationStatus } from "../../worker/shared/generations.ts";
import { actionsText } from "./actions.ts";
import { formatter, number } from "./format.ts";
import { language } from "./language.ts";
import { counted } from "./plural.ts";

const day = formatter(() => new Intl.DateTimeFormat(language.tag, { dateStyle: "medium" }));
const dayThisYear = formatter(
  () => new Intl.DateTimeFormat(language.tag, { weekday: "long", month: "long", day: "numeric" }),
);
const dayOfYear = formatter(() => new Intl.DateTimeFormat(language.tag, { dateStyle: "long" }));
const megabytes = formatter(
  () =>
    new Intl.NumberFormat(language.tag, {
      style: "unit",
      unit: "megabyte",
      maximumFractionDigits: 0,
    }),
);

const images = (count: number) => counted(count, { one: "image", other: "images" });
/** Noon, because midnight is the day before in some time zones. */
const dayOf = (iso: string) => day().format(new Date(`${iso}T12:00`));

export const galleryText = {
  ...actionsText,

  title: "Gallery",
  search: "Search your prompts",
  searchHint: "Words of the prompt, or a seed: seed:123",
  searchShort: "Search",
  clearSearch: "Clear search",
  filter: "Filter",
  filterCount: (count: number) => `Filter, ${number(count)} in use`,
  favorites: "Favorites",
  onlyFavorites: "Only favorites",
  select: "Select",
  model: "Model",
  anyModel: "All models",
  status: "Status",
  statuses: {
    succeeded: "Images",
    queued: "Queued",
    processing: "Creating",
    failed: "Failed",
    canceled: "Canceled",
    all: "Everything",
  } satisfies Record<GenerationStatus | "all", string>,
  date: "Date",
  dates: { any: "Any time", 0: "Today", 6: "Last 7 days", 29: "Last 30 days", custom: "From … to …" },
  sort: "Sort by",
  sorts: { newest: "Newest first", oldest: "Oldest first" },
  shared: "Shared",
  onlyShared: "Only shared images",
  group: "Group same prompts",
  expandGroup: (count: number) => `Show all ${images(count)} of this prompt`,
  collapseGroup: (count: number) => `Show ${images(count)} of this prompt as one`,
  tileSize: "Image size",
  tileSizes: { small: "Small", medium: "Medium", large: "Large" } satisfies Record<TileSize, string>,
  /** A heading. `start`: midnight at the day's beginning. */
  day: (start: number, daysAgo: number) => {
    if (daysAgo < 2) return daysAgo === 0 ? "Today" : "Yesterday";
    const isThisYear = new Date(start).getFullYear() === new Date().getFullYear();
    return (isThisYear ? dayThisYear() : dayOfYear()).format(new Date(start));
  },
  from: "From",
  to: "To",
  fromDay: (iso: string) => `From ${dayOf(iso)}`,
  toDay: (iso: string) => `Until ${dayOf(iso)}`,
  onDay: (iso: string) => dayOf(iso),
  searched: (words: string) => `“${words}”`,
  remove: (filter: string) => `Remove filter: ${filter}`,
  clearAll: "Clear all",

  empty: "No images yet",
  emptyWhy: "Everything you create is kept here.",
  start: "Create your first image",
  nothingFound: (words: string) => `No results for “${words}”`,
  nothingFoundWhy: "Try fewer or other words. To find a seed, search for seed:123.",
  noSeed: (seed: number) => `No images with seed ${seed}`,
  noSeedWhy: "Images with a random seed can be found by their prompt.",
  noneShared: "No shared images",
  noneSharedWhy: "Images with a public link are listed here.",
  tooNarrow: "No images match these filters",
  tooNarrowWhy: "Remove a filter to see more.",
  noneOfStatus: "Nothing here",
  noneOfStatusWhy: "No images with this status.",
  signIn: "Sign in to see your images",
  offline: "You're offline",
  offlineWhy: "Your images will show when you're back online.",
  loadFailed: "Your images couldn't be loaded.",
  tryAgain: "Try again",
  searchingFurther: "Still searching…",
  found: (count: number, more: boolean) => `${images(count)}${more ? " so far" : ""}`,

  open: (prompt: string) => `Open: ${prompt}`,
  failed: (prompt: string) => `No image: ${prompt}`,
  canceled: "Canceled.",
  share: "Share",
  publicLink: "Public link",
  download: "Download",
  favorite: "Favorite",

  selected: (count: number) => `${number(count)} selected`,
  choose: (prompt: string) => `Select: ${prompt}`,
  selectAll: (count: number) => `Select all ${number(count)} loaded`,
  all: "All",
  compare: "Compare",
  endSelection: "End selection",
  selectionHint: "Tap images to select them",
  unfavorite: "Remove from favorites",
  delete: "Delete",

  zipProgress: (done: number, of: number) => `Preparing ${number(done)} of ${number(of)}`,
  zipSaved: (count: number) => `${images(count)} saved as one zip file.`,
  zipSavedWithout: (count: number, missing: number) =>
    `${images(count)} saved as one zip file; ${number(missing)} couldn't be downloaded.`,
  zipFailed: "The zip file couldn't be completed. Check your connection and try again.",
  zipTooLarge: (bytes: number) =>
    `That is more than ${megabytes().format(bytes / 1e6)}, the most that this browser can hold for one zip file. Select fewer images, or use Chrome or Edge.`,
  cancel: "Cancel",
};
