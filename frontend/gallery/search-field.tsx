import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import searchIcon from "lucide-static/icons/search.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import { MAX_SEARCH_LENGTH } from "../../worker/shared/generations.ts";
import { isComposing } from "../browser/composition.ts";
import { pathOf, routerPart } from "../browser/router.ts";
import { readFilters, writeFilters } from "../studio/images/filters.ts";
import { galleryText } from "../text/gallery.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";

const SEARCH_DELAY_MS = 250;

type Props = {
  /** The search in the address. */
  q: string;
  /** Changes when another control removes the search. */
  resets: number;
};

/** Searches while the user types. The first letter adds a history entry, the next ones replace it: Back ends the search. */
export function SearchField({ q, resets }: Props) {
  const router = usePart(routerPart);
  const text = useSignal(q);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const field = useRef<HTMLInputElement>(null);
  const hintId = useId();
  // The address changed, by Back or another control: the field follows. Not while a search is pending, because effects
  // run later and the address may be what the user had typed a moment ago.
  useEffect(() => {
    if (timer.current !== undefined) return;
    if (readFilters(`?${new URLSearchParams({ q: text.peek() })}`).q !== q) text.value = q;
  }, [q]);
  useEffect(() => {
    if (resets === 0) return;
    stop();
    text.value = q;
  }, [resets]);
  useEffect(() => stop, []);

  function stop() {
    clearTimeout(timer.current);
    timer.current = undefined;
  }

  function search() {
    stop();
    const { page, imageId, search: address } = router.route.peek();
    // An image was opened meanwhile: the text stays in the field.
    if (page !== "gallery" || imageId !== null) return;
    const before = readFilters(address);
    const after = writeFilters({ ...before, q: text.value });
    const isRefined = before.q !== "" && text.value !== "";
    if (after !== writeFilters(before)) router.go(pathOf("gallery") + after, isRefined);
  }

  function searchSoon() {
    clearTimeout(timer.current);
    timer.current = setTimeout(search, SEARCH_DELAY_MS);
  }

  function clear() {
    text.value = "";
    search();
  }

  return (
    <form
      class="relative me-auto max-w-lg flex-1 max-[22rem]:min-w-full"
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <span class="pointer-events-none absolute start-3 top-3 text-muted">
        <Icon svg={searchIcon} />
      </span>
      <input
        ref={field}
        type="search"
        class={`peer field border-line ps-control ${text.value === "" ? "" : "pe-10"}`}
        aria-label={galleryText.search}
        aria-describedby={hintId}
        placeholder={galleryText.searchShort}
        autocomplete="off"
        enterkeyhint="search"
        maxLength={2 * MAX_SEARCH_LENGTH}
        dir="auto"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          clearTimeout(timer.current);
          // An input method has not converted the text yet.
          if (!event.isComposing) searchSoon();
        }}
        onCompositionEnd={searchSoon}
        onKeyDown={(event) => {
          if (isComposing(event) || event.key !== "Escape" || text.value === "") return;
          event.preventDefault();
          clear();
        }}
      />
      <p
        id={hintId}
        class="pointer-events-none absolute start-0 top-full z-mark mt-1 hidden w-max max-w-[calc(100dvw-2rem)] rounded-md bg-raised px-3 py-1.5 text-sm text-muted shadow-pop peer-[:focus:placeholder-shown]:block"
      >
        {galleryText.searchHint}
      </p>
      {text.value !== "" && (
        <button
          type="button"
          class="button round small quiet absolute end-1 top-1"
          aria-label={galleryText.clearSearch}
          title={galleryText.clearSearch}
          onClick={() => {
            clear();
            field.current?.focus();
          }}
        >
          <Icon svg={x} />
        </button>
      )}
    </form>
  );
}
