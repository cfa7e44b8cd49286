/** What of the history is shown: as it stands in the address, as the API takes it, and as one picture meets it. */
import {
  GALLERY_START,
  GENERATION_STATUSES,
  type GenerationStatus,
  MAX_SEARCH_LENGTH,
  MODELS,
  type ModelId,
} from "../../worker/catalog.ts";
import type { Generation, GenerationFilters } from "../../worker/contract.ts";
import { foldText } from "../../worker/fold-text.ts";

/** `from` and `to` are days where the user is (YYYY-MM-DD), both included. */
export type Filters = {
  q: string;
  model: ModelId | null;
  /** Pictures unless told; `all` is everything that was ever asked for. */
  status: GenerationStatus | "all";
  favorite: boolean;
  from: string | null;
  to: string | null;
};

export const NO_FILTERS: Filters = {
  q: "",
  model: null,
  status: GALLERY_START.status,
  favorite: false,
  from: null,
  to: null,
};

/** Reads an address that anybody may have written: what it does not understand is not filtered. */
export function readFilters(search: string): Filters {
  const query = new URLSearchParams(search);
  const status = query.get("status");
  return {
    q: cut(query.get("q") ?? ""),
    model: MODELS.find(({ id }) => id === query.get("model"))?.id ?? null,
    status: status === "all" ? status : (GENERATION_STATUSES.find((one) => one === status) ?? "succeeded"),
    favorite: query.get("favorite") === "true",
    from: readDay(query.get("from")),
    to: readDay(query.get("to")),
  };
}

/** The search part of an address, with its `?`; empty where nothing is filtered. The same filters, the same text. */
export function writeFilters({ q, model, status, favorite, from, to }: Filters): string {
  const query = new URLSearchParams();
  if (q !== "") query.set("q", cut(q));
  if (model) query.set("model", model);
  if (status !== "succeeded") query.set("status", status);
  if (favorite) query.set("favorite", "true");
  if (from) query.set("from", from);
  if (to) query.set("to", to);
  const written = query.toString();
  return written && `?${written}`;
}

export function isFiltered(filters: Filters): boolean {
  return writeFilters(filters) !== "";
}

/** As the API takes them: the days become the instants at which they begin and end here. */
export function queryOf({ q, model, status, favorite, from, to }: Filters): GenerationFilters {
  return {
    ...(q !== "" && { q }),
    ...(model && { model }),
    ...(status !== "all" && { status }),
    ...(favorite && { favorite }),
    ...(from && { from: dayStart(from).toISOString() }),
    ...(to && { to: dayStart(to, 1).toISOString() }),
  };
}

/** Whether news about a picture belong into a list with these filters. */
export function matches(generation: Generation, { q, model, status, favorite, from, to }: Filters): boolean {
  const made = Date.parse(generation.createdAt);
  return (
    (status === "all" || generation.status === status) &&
    (!model || generation.model === model) &&
    (!favorite || generation.favorite) &&
    (!from || made >= dayStart(from).getTime()) &&
    (!to || made < dayStart(to, 1).getTime()) &&
    (q === "" || foldText(generation.prompt).includes(foldText(q)))
  );
}

/** At most so many code points; longer ones the Worker refuses. */
const cut = (words: string) => Array.from(words.trim()).slice(0, MAX_SEARCH_LENGTH).join("");

function readDay(day: string | null): string | null {
  if (day === null || !/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  const date = new Date(day);
  // The 31st of February is read as the 2nd of March.
  return Number.isNaN(date.getTime()) || !date.toISOString().startsWith(day) ? null : day;
}

/** Midnight at the start of that day where the user is; `after` counts days on. */
function dayStart(day: string, after = 0): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + after);
}

/** The day, where the user is, that is so many days before `now`. */
export function dayBefore(now: number, days: number): string {
  const then = new Date(now);
  then.setDate(then.getDate() - days);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}
