/** The gallery's filters: read from and written to the address, sent to the API, and applied to single images. */
import {
  GALLERY_START,
  GENERATION_STATUSES,
  type GenerationStatus,
  MAX_SEARCH_LENGTH,
} from "../../../worker/shared/generations.ts";
import { MODELS, type ModelId } from "../../../worker/shared/models.ts";
import type { Generation } from "../../../worker/api/schemas/generation.ts";
import type { GenerationFilters } from "../../../worker/api/schemas/requests/generation.ts";
import { offeredModels, unlistedModels } from "../../text/models.ts";
import { foldText } from "../../../worker/shared/fold-text.ts";
import { seedIn } from "../../../worker/shared/seed-search.ts";

/** The Worker rejects longer ids. */
const MAX_ID_LENGTH = 128;

/** `from` and `to` are days in the user's time zone (YYYY-MM-DD), both included. */
export type Filters = {
  q: string;
  model: ModelId | null;
  /** `all`: also what is queued, processing, failed or canceled. */
  status: GenerationStatus | "all";
  favorite: boolean;
  /** Only those with a share link. */
  shared: boolean;
  /** Id of a collection. */
  collection: string | null;
  sort: "newest" | "oldest";
  from: string | null;
  to: string | null;
};

export const NO_FILTERS: Filters = {
  q: "",
  model: null,
  status: GALLERY_START.status,
  favorite: false,
  shared: false,
  collection: null,
  sort: "newest",
  from: null,
  to: null,
};

/** Reads an address, which may hold anything: unknown values are ignored. */
export function readFilters(search: string): Filters {
  const query = new URLSearchParams(search);
  const status = query.get("status");
  const known = [...offeredModels.value, ...unlistedModels.value, ...MODELS];
  return {
    q: cut(query.get("q") ?? ""),
    model: known.find(({ id }) => id === query.get("model"))?.id ?? null,
    status: status === "all" ? status : (GENERATION_STATUSES.find((one) => one === status) ?? "succeeded"),
    favorite: query.get("favorite") === "true",
    shared: query.get("shared") === "true",
    collection: query.get("collection")?.slice(0, MAX_ID_LENGTH) || null,
    sort: query.get("sort") === "oldest" ? "oldest" : "newest",
    from: readDay(query.get("from")),
    to: readDay(query.get("to")),
  };
}

/** The search part of an address, with its `?`; empty without filters. Equal filters give equal text. */
export function writeFilters(filters: Filters): string {
  const { q, model, status, favorite, shared, collection, sort, from, to } = filters;
  const query = new URLSearchParams();
  if (q !== "") query.set("q", cut(q));
  if (model) query.set("model", model);
  if (status !== "succeeded") query.set("status", status);
  if (favorite) query.set("favorite", "true");
  if (shared) query.set("shared", "true");
  if (collection) query.set("collection", collection);
  if (from) query.set("from", from);
  if (to) query.set("to", to);
  if (sort !== "newest") query.set("sort", sort);
  const written = query.toString();
  return written && `?${written}`;
}

/** Whether images may be left out; the order leaves out none. */
export function isFiltered(filters: Filters): boolean {
  return writeFilters({ ...filters, sort: "newest" }) !== "";
}

/** The API's query: days become the instants at which they begin and end in the user's time zone. */
export function queryOf(filters: Filters): GenerationFilters {
  const { q, model, status, favorite, shared, collection, sort, from, to } = filters;
  return {
    ...(q !== "" && { q }),
    ...(model && { model }),
    ...(status !== "all" && { status }),
    ...(favorite && { favorite }),
    ...(shared && { shared }),
    ...(collection && { collection }),
    ...(sort !== "newest" && { sort }),
    ...(from && { from: dayStart(from).toISOString() }),
    ...(to && { to: dayStart(to, 1).toISOString() }),
  };
}

/** Whether a generation belongs in a list with these filters. It does not say in which collections it is. */
export function matches(generation: Generation, filters: Filters): boolean {
  const { q, model, status, favorite, shared, from, to } = filters;
  const createdAt = Date.parse(generation.createdAt);
  return (
    (status === "all" || generation.status === status) &&
    (!model || generation.model === model) &&
    (!favorite || generation.favorite) &&
    (!shared || generation.shareUrl !== null) &&
    (!from || createdAt >= dayStart(from).getTime()) &&
    (!to || createdAt < dayStart(to, 1).getTime()) &&
    (q === "" || isFound(generation, q))
  );
}

function isFound({ prompt, options }: Generation, q: string): boolean {
  const seed = seedIn(q);
  return seed === null ? foldText(prompt).includes(foldText(q)) : options.seed === seed;
}

/** In code points, as the Worker counts: it rejects longer ones. */
const cut = (text: string) => Array.from(text.trim()).slice(0, MAX_SEARCH_LENGTH).join("");

function readDay(day: string | null): string | null {
  if (day === null || !/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  const date = new Date(day);
  // `Date` reads February 31 as March 2 or 3.
  return Number.isNaN(date.getTime()) || !date.toISOString().startsWith(day) ? null : day;
}

/** Midnight at the start of the day that is `after` days later, in the user's time zone. */
function dayStart(day: string, after = 0): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + after);
}

/** The day that is `days` days before `now`, in the user's time zone. */
export function dayBefore(now: number, days: number): string {
  const then = new Date(now);
  then.setDate(then.getDate() - days);
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${then.getFullYear()}-${pad(then.getMonth() + 1)}-${pad(then.getDate())}`;
}
