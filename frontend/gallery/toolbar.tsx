import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import heart from "lucide-static/icons/heart.svg?raw";
import searchIcon from "lucide-static/icons/search.svg?raw";
import sliders from "lucide-static/icons/sliders-horizontal.svg?raw";
import squareCheck from "lucide-static/icons/square-check.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import { MAX_SEARCH_LENGTH } from "../../worker/catalog.ts";
import { isComposing } from "../browser/composition.ts";
import { type Filters, NO_FILTERS, readFilters, writeFilters } from "../studio/filters.ts";
import type { List } from "../studio/image-list.ts";
import type { Router } from "../browser/router.ts";
import { text } from "../text/common.ts";
import { pictureText } from "../text/gallery.ts";
import { FilterMenu } from "./filter-menu.tsx";
import { Icon } from "../ui/icon.tsx";

/** Typing rests this long before the history is searched. */
const SEARCH_AFTER_MS = 250;

type Props = { router: Router; list: List };

/** Search, filters and what of them is in use, which is all in the address. */
export function GalleryToolbar({ router, list }: Props) {
  const { filters } = list;
  /** Counts up when the words to search for are given up, also those that were not searched for yet. */
  const cleared = useSignal(0);
  const filter = (changes: Partial<Filters>) => {
    if (changes.q !== undefined) cleared.value += 1;
    router.go(`/gallery${writeFilters({ ...filters, ...changes })}`);
  };
  const chips = chipsOf(filters);
  return (
    <div class="gallery-tools">
      <div class="gallery-toolbar" role="search" aria-label={pictureText.title}>
        <Search router={router} q={filters.q} cleared={cleared.value} />
        <button
          type="button"
          class="button plain tool"
          aria-pressed={filters.favorite}
          aria-label={pictureText.onlyFavorites}
          title={pictureText.onlyFavorites}
          onClick={() => filter({ favorite: !filters.favorite })}
        >
          <Icon svg={heart} />
          <span class="tool-label">{pictureText.favorites}</span>
        </button>
        <button
          type="button"
          class="button plain tool"
          popovertarget="filters"
          aria-label={chips.length > 0 ? pictureText.filterCount(chips.length) : pictureText.filter}
          title={pictureText.filter}
        >
          <Icon svg={sliders} />
          <span class="tool-label">{pictureText.filter}</span>
        </button>
        <FilterMenu filters={filters} onFilter={filter} />
        <button
          type="button"
          class="button plain tool"
          aria-label={pictureText.select}
          title={pictureText.select}
          aria-pressed={list.selection.active.value}
          onClick={() => (list.selection.active.value ? list.selection.end() : list.selection.begin())}
        >
          <Icon svg={squareCheck} />
          <span class="tool-label">{pictureText.select}</span>
        </button>
      </div>
      {chips.length > 0 && (
        <ul class="filter-chips">
          {chips.map(({ name, without }) => (
            <li key={name}>
              <button
                type="button"
                class="filter-chip"
                aria-label={pictureText.remove(name)}
                onClick={() => filter(without)}
              >
                <bdi>{name}</bdi>
                <Icon svg={x} />
              </button>
            </li>
          ))}
          {chips.length > 1 && (
            <li>
              <button type="button" class="link filter-clear" onClick={() => filter(NO_FILTERS)}>
                {pictureText.clearAll}
              </button>
            </li>
          )}
        </ul>
      )}
    </div>
  );
}

/** Searches as one types. The first letter is a new visit, the rest refines it: Back leads out of the search. */
function Search({ router, q, cleared }: { router: Router; q: string; cleared: number }) {
  const words = useSignal(q);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const field = useRef<HTMLInputElement>(null);
  // Another address, by Back or a chip: the field follows. Not while someone types on, since the address can be what
  // they had typed a moment ago, and effects run later.
  useEffect(() => {
    if (timer.current !== undefined) return;
    if (readFilters(`?${new URLSearchParams({ q: words.peek() })}`).q !== q) words.value = q;
  }, [q]);
  useEffect(() => {
    if (cleared === 0) return;
    stop();
    words.value = q;
  }, [cleared]);
  useEffect(() => stop, []);

  function stop() {
    clearTimeout(timer.current);
    timer.current = undefined;
  }

  function search() {
    stop();
    const { page, picture, search: address } = router.route.peek();
    // A picture was opened meanwhile: the words wait in their field.
    if (page !== "gallery" || picture !== null) return;
    const before = readFilters(address);
    const after = writeFilters({ ...before, q: words.value });
    if (after !== writeFilters(before)) router.go(`/gallery${after}`, before.q !== "" && words.value !== "");
  }

  return (
    <form
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <Icon svg={searchIcon} />
      <input
        ref={field}
        type="search"
        class="field"
        aria-label={pictureText.search}
        placeholder={pictureText.searchShort}
        autocomplete="off"
        enterkeyhint="search"
        maxLength={2 * MAX_SEARCH_LENGTH}
        dir="auto"
        value={words.value}
        onInput={(event) => {
          words.value = event.currentTarget.value;
          clearTimeout(timer.current);
          // What an input method has not converted yet is not what the user searches for.
          if (!event.isComposing) timer.current = setTimeout(search, SEARCH_AFTER_MS);
        }}
        onCompositionEnd={() => {
          clearTimeout(timer.current);
          timer.current = setTimeout(search, SEARCH_AFTER_MS);
        }}
        onKeyDown={(event) => {
          if (isComposing(event) || event.key !== "Escape" || words.value === "") return;
          event.preventDefault();
          words.value = "";
          search();
        }}
      />
      {words.value !== "" && (
        <button
          type="button"
          class="button round small quiet"
          aria-label={pictureText.clearSearch}
          title={pictureText.clearSearch}
          onClick={() => {
            words.value = "";
            search();
            field.current?.focus();
          }}
        >
          <Icon svg={x} />
        </button>
      )}
    </form>
  );
}

/** What is filtered, in words, and what takes it away again. */
function chipsOf({ q, model, status, favorite, from, to }: Filters) {
  const chips: { name: string; without: Partial<Filters> }[] = [];
  if (q !== "") chips.push({ name: pictureText.searched(q), without: { q: "" } });
  if (favorite) chips.push({ name: pictureText.favorites, without: { favorite: false } });
  if (model) {
    chips.push({ name: text.model(model), without: { model: null } });
  }
  if (status !== "succeeded") {
    chips.push({ name: pictureText.statuses[status], without: { status: "succeeded" } });
  }
  if (from && from === to) {
    chips.push({ name: pictureText.onDay(from), without: { from: null, to: null } });
    return chips;
  }
  if (from) chips.push({ name: pictureText.fromDay(from), without: { from: null } });
  if (to) chips.push({ name: pictureText.toDay(to), without: { to: null } });
  return chips;
}
