import { useSignal } from "@preact/signals";
import folder from "lucide-static/icons/folder.svg?raw";
import heart from "lucide-static/icons/heart.svg?raw";
import sliders from "lucide-static/icons/sliders-horizontal.svg?raw";
import squareCheck from "lucide-static/icons/square-check.svg?raw";
import type { TileSize } from "../../worker/shared/tile-image.ts";
import { pathOf, routerPart } from "../browser/router.ts";
import { type Filters, writeFilters } from "../studio/images/filters.ts";
import type { ImageList } from "../studio/images/image-list.ts";
import { collectionsText } from "../text/collections.ts";
import { galleryText } from "../text/gallery.ts";
import { Icon } from "../ui/icon.tsx";
import { usePart } from "../ui/parts.ts";
import { ActiveFilters, activeFiltersOf } from "./active-filters.tsx";
import { CollectionsMenu } from "./collections/collections-menu.tsx";
import { useCollections } from "./collections/use-collections.ts";
import { FilterMenu } from "./filter-menu.tsx";
import { SearchField } from "./search-field.tsx";

/** On a phone only the icon. */
const BUTTON = "button plain toggle max-sm:w-control max-sm:p-0";

type Props = {
  list: ImageList;
  size: TileSize;
  onSize: (size: TileSize) => void;
  isGrouped: boolean;
  onGroup: (isGrouped: boolean) => void;
};

/** Search, filters, collections, image size and selection mode. The address holds the search and the filters. */
export function GalleryToolbar({ list, size, onSize, isGrouped, onGroup }: Props) {
  const router = usePart(routerPart);
  const { find } = useCollections();
  const { filters, selection } = list;
  /** Counts how often the search was removed by another control, even text that was not searched for yet. */
  const searchResets = useSignal(0);
  const setFilters = (changes: Partial<Filters>) => {
    if (changes.q !== undefined) searchResets.value += 1;
    router.go(pathOf("gallery") + writeFilters({ ...filters, ...changes }));
  };
  const collection = filters.collection === null ? undefined : find(filters.collection);
  const active = activeFiltersOf(filters, collection?.name);
  return (
    <div class="sticky top-0 z-bar -mx-gutter bg-canvas px-gutter pt-2 pb-3 tall:top-header">
      <div class="flex gap-2 max-[22rem]:flex-wrap" role="search" aria-label={galleryText.title}>
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
        <FilterMenu
          filters={filters}
          onFilter={setFilters}
          size={size}
          onSize={onSize}
          isGrouped={isGrouped}
          onGroup={onGroup}
        />
        <button
          type="button"
          class={BUTTON}
          popovertarget="collections"
          aria-label={collectionsText.title}
          title={collectionsText.title}
        >
          <Label icon={folder} text={collectionsText.title} />
        </button>
        <CollectionsMenu filters={filters} onFilter={setFilters} />
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
      <ActiveFilters filters={active} onFilter={setFilters} found={foundText(list)} />
    </div>
  );
}

/** How many images match so far; nothing while there is nothing to count. */
function foundText({ shown, state }: ImageList): string {
  const isKnown = state.value === "end" || state.value === "more";
  return isKnown && shown.value.length > 0
    ? galleryText.found(shown.value.length, state.value === "more")
    : "";
}

function Label({ icon, text }: { icon: string; text: string }) {
  return (
    <>
      <Icon svg={icon} />
      <span class="max-sm:hidden">{text}</span>
    </>
  );
}
