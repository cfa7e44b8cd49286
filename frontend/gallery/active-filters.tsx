import x from "lucide-static/icons/x.svg?raw";
import { type Filters, NO_FILTERS } from "../studio/images/filters.ts";
import { collectionsText } from "../text/collections.ts";
import { commonText } from "../text/common.ts";
import { galleryText } from "../text/gallery.ts";
import { Icon } from "../ui/icon.tsx";

/** `without`: the change that removes the filter. */
type ActiveFilter = { name: string; without: Partial<Filters> };

type Props = {
  filters: readonly ActiveFilter[];
  onFilter: (changes: Partial<Filters>) => void;
  /** How many images they leave. */
  found: string;
};

/** One button per filter in use, which removes it. */
export function ActiveFilters({ filters, onFilter, found }: Props) {
  if (filters.length === 0) return null;
  return (
    <ul class="mt-2 flex flex-wrap gap-2">
      {filters.map(({ name, without }) => (
        <li key={name}>
          <button
            type="button"
            class="flex min-h-8 max-w-72 items-center gap-1 rounded-full border border-transparent bg-accent-soft ps-3 pe-2 text-sm font-medium text-accent"
            aria-label={galleryText.remove(name)}
            onClick={() => onFilter(without)}
          >
            <bdi class="truncate">{name}</bdi>
            <Icon svg={x} />
          </button>
        </li>
      ))}
      {filters.length > 1 && (
        <li>
          <button type="button" class="link min-h-8 px-2 text-sm" onClick={() => onFilter(NO_FILTERS)}>
            {galleryText.clearAll}
          </button>
        </li>
      )}
      {/* A screen reader has the count from the page's own status. */}
      <li class="flex min-h-8 items-center px-1 text-sm text-muted nums" aria-hidden="true">
        {found}
      </li>
    </ul>
  );
}

/** `collectionName`: undefined while it is not known. */
export function activeFiltersOf(filters: Filters, collectionName?: string): ActiveFilter[] {
  const { q, model, status, favorite, shared, collection, sort, from, to } = filters;
  const active: ActiveFilter[] = [];
  if (collection !== null) {
    const name =
      collectionName === undefined ? collectionsText.unknown : collectionsText.collection(collectionName);
    active.push({ name, without: { collection: null } });
  }
  if (q !== "") active.push({ name: galleryText.searched(q), without: { q: "" } });
  if (favorite) active.push({ name: galleryText.favorites, without: { favorite: false } });
  if (shared) active.push({ name: galleryText.shared, without: { shared: false } });
  if (sort !== NO_FILTERS.sort) {
    active.push({ name: galleryText.sorts[sort], without: { sort: NO_FILTERS.sort } });
  }
  if (model) active.push({ name: commonText.model(model), without: { model: null } });
  if (status !== NO_FILTERS.status) {
    active.push({ name: galleryText.statuses[status], without: { status: NO_FILTERS.status } });
  }
  if (from && from === to) {
    active.push({ name: galleryText.onDay(from), without: { from: null, to: null } });
    return active;
  }
  if (from) active.push({ name: galleryText.fromDay(from), without: { from: null } });
  if (to) active.push({ name: galleryText.toDay(to), without: { to: null } });
  return active;
}
