import { useSignal } from "@preact/signals";
import heart from "lucide-static/icons/heart.svg?raw";
import sliders from "lucide-static/icons/sliders-horizontal.svg?raw";
import squareCheck from "lucide-static/icons/square-check.svg?raw";
import type { TileSize } from "../../worker/shared/tile-image.ts";
import { pathOf, routerPart } from "../browser/router.ts";
import { type Filters, writeFilters } from "../studio/images/filters.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { galleryText } from "../text/gallery.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";
import { ActiveFilters, activeFiltersOf } from "./active-filters.tsx";
import { FilterMenu } from "./filter-menu.tsx";
import { SearchField } from "./search-field.tsx";

/** On a phone only the icon. */
const BUTTON = "button plain toggle max-sm:w-control max-sm:p-0";

type Props = { list: ImageList; size: TileSize; onSize: (size: TileSize) => void };

/** Search, filters, image size and selection mode. The address holds the search and the filters. */
export function GalleryToolbar({ list, size, onSize }: Props) {
  const router = usePart(routerPart);
  const { filters, selection } = list;
  /** Counts how often the search was removed by another control, even text that was not searched for yet. */
  const searchResets = useSignal(0);
  const setFilters = (changes: Partial<Filters>) => {
    if (changes.q !== undefined) searchResets.value += 1;
    router.go(pathOf("gallery") + writeFilters({ ...filters, ...changes }));
  };
  const active = activeFiltersOf(filters);
  return (
    <div class="sticky top-0 z-bar -mx-gutter bg-canvas px-gutter pt-2 pb-3 tall:top-header">
      <div class="flex gap-2" role="search" aria-label={galleryText.title}>
        <SearchField q={filters.q} resets={searchResets.value} />
        <button
          type="button"
          class={BUTTON}
          aria-pressed={filters.favorite}
          aria-label={galleryText.onlyFavorites}
          title={galleryText.onlyFavorites}
          onClick={() => setFilters({ favorite: !filters.favorite })}
        >
          <Label icon={heart} text={galleryText.favorites} />
        </button>
        <button
          type="button"
          class={BUTTON}
          popovertarget="filters"
          aria-label={active.length > 0 ? galleryText.filterCount(active.length) : galleryText.filter}
          title={galleryText.filter}
        >
          <Label icon={sliders} text={galleryText.filter} />
        </button>
        <FilterMenu filters={filters} onFilter={setFilters} size={size} onSize={onSize} />
        <button
          type="button"
          class={BUTTON}
          aria-label={galleryText.select}
          title={galleryText.select}
          aria-pressed={selection.isActive.value}
          onClick={() => (selection.isActive.value ? selection.end() : selection.begin())}
        >
          <Label icon={squareCheck} text={galleryText.select} />
        </button>
      </div>
      <ActiveFilters filters={active} onFilter={setFilters} />
    </div>
  );
}

function Label({ icon, text }: { icon: string; text: string }) {
  return (
    <>
      <Icon svg={icon} />
      <span class="max-sm:hidden">{text}</span>
    </>
  );
}
