import x from "lucide-static/icons/x.svg?raw";
import { type Filters, NO_FILTERS } from "../studio/images/filters.ts";
import { commonText } from "../text/common.ts";
import { galleryText } from "../text/gallery.ts";
import { Icon } from "../ui/icon.tsx";

/** `without`: the change that removes the filter. */
type ActiveFilter = { name: string; without: Partial<Filters> };

type Props = { filters: readonly ActiveFilter[]; onFilter: (changes: Partial<Filters>) => void };

/** One button per filter in use, which removes it. */
export function ActiveFilters({ filters, onFilter }: Props) {
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
    </ul>
  );
}

export function activeFiltersOf({ q, model, status, favorite, from, to }: Filters): ActiveFilter[] {
  const active: ActiveFilter[] = [];
  if (q !== "") active.push({ name: galleryText.searched(q), without: { q: "" } });
  if (favorite) active.push({ name: galleryText.favorites, without: { favorite: false } });
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
