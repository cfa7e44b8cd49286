import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import chevronDown from "lucide-static/icons/chevron-down.svg?raw";
import { TILE_SIZES, type TileSize } from "../../worker/shared/tile-image.ts";
import { dayBefore, type Filters, NO_FILTERS } from "../studio/images/filters.ts";
import { galleryText } from "../text/gallery.ts";
import { offeredModels, unlistedModels } from "../text/models.ts";
import { Icon } from "../ui/icon.tsx";
import { ToolbarMenu } from "./toolbar-menu.tsx";

type FilterProps = { filters: Filters; onFilter: (changes: Partial<Filters>) => void };
type Props = FilterProps & {
  size: TileSize;
  onSize: (size: TileSize) => void;
  isGrouped: boolean;
  onGroup: (isGrouped: boolean) => void;
};

const LABEL = "grid gap-1 text-sm font-medium";

const STATUSES = Object.keys(galleryText.statuses) as Filters["status"][];
const DATES = ["any", "0", "6", "29", "custom"] as const;
type DateRange = (typeof DATES)[number];

/** Filters, order, size and grouping of the images. Each choice applies at once. */
export function FilterMenu(props: Props) {
  const menu = useRef<HTMLDivElement>(null);
  const wasOpened = useSignal(false);
  return (
    <ToolbarMenu
      id="filters"
      menu={menu}
      onToggle={() => {
        wasOpened.value = true;
      }}
    >
      {wasOpened.value && <Controls {...props} />}
    </ToolbarMenu>
  );
}

function Controls({ filters, onFilter, size, onSize, isGrouped, onGroup }: Props) {
  const models = [...offeredModels.value, ...unlistedModels.value];
  return (
    <>
      <Select
        label={galleryText.status}
        value={filters.status}
        options={STATUSES.map((status) => [status, galleryText.statuses[status]])}
        onChange={(value) =>
          onFilter({ status: STATUSES.find((status) => status === value) ?? NO_FILTERS.status })
        }
      />
      <Select
        label={galleryText.model}
        value={filters.model ?? ""}
        options={[["", galleryText.anyModel], ...models.map(({ id, label }) => [id, label] as const)]}
        onChange={(value) => onFilter({ model: models.find(({ id }) => id === value)?.id ?? null })}
      />
      <Dates filters={filters} onFilter={onFilter} />
      <Switch
        label={galleryText.onlyShared}
        isOn={filters.shared}
        onChange={(shared) => onFilter({ shared })}
      />
      <Select
        label={galleryText.sort}
        value={filters.sort}
        options={[
          ["newest", galleryText.sorts.newest],
          ["oldest", galleryText.sorts.oldest],
        ]}
        onChange={(value) => onFilter({ sort: value === "oldest" ? "oldest" : "newest" })}
      />
      <fieldset>
        <legend class="mb-1 text-sm font-medium">{galleryText.tileSize}</legend>
        <div class="grid grid-cols-3 gap-2">
          {TILE_SIZES.map((one) => (
            <button
              key={one}
              type="button"
              class="button plain toggle px-2"
              aria-pressed={one === size}
              onClick={() => onSize(one)}
            >
              {galleryText.tileSizes[one]}
            </button>
          ))}
        </div>
      </fieldset>
      <Switch label={galleryText.group} isOn={isGrouped} onChange={onGroup} />
    </>
  );
}

type SwitchProps = { label: string; isOn: boolean; onChange: (isOn: boolean) => void };

function Switch({ label, isOn, onChange }: SwitchProps) {
  return (
    <label class="switch font-medium touch:min-h-control">
      {label}
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
    </label>
  );
}

type SelectProps = {
  label: string;
  value: string;
  /** Values with their names. */
  options: readonly (readonly [value: string, name: string])[];
  onChange: (value: string) => void;
};

/** With its own arrow: the browser's sticks to the edge whatever the padding is. */
function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <label class={LABEL}>
      {label}
      <span class="relative">
        <select
          class="field appearance-none pe-10 font-normal"
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        >
          {options.map(([optionValue, name]) => (
            <option key={optionValue} value={optionValue}>
              {name}
            </option>
          ))}
        </select>
        <span class="pointer-events-none absolute inset-y-0 end-3 grid place-content-center text-muted">
          <Icon svg={chevronDown} />
        </span>
      </span>
    </label>
  );
}

function Dates({ filters: { from, to }, onFilter }: FilterProps) {
  const isCustom = useSignal(false);
  const range = isCustom.value ? "custom" : rangeOf(from, to);
  const today = dayBefore(Date.now(), 0);
  return (
    <>
      <Select
        label={galleryText.date}
        value={range}
        options={DATES.map((one) => [one, galleryText.dates[one]])}
        onChange={(value) => {
          isCustom.value = value === "custom";
          if (value === "any") onFilter({ from: null, to: null });
          else if (value !== "custom") onFilter({ from: dayBefore(Date.now(), Number(value)), to: null });
        }}
      />
      {range === "custom" && (
        <div class="grid grid-cols-2 gap-2">
          <Day
            label={galleryText.from}
            value={from}
            max={to ?? today}
            onChange={(day) => onFilter({ from: day })}
          />
          <Day
            label={galleryText.to}
            value={to}
            min={from ?? undefined}
            max={today}
            onChange={(day) => onFilter({ to: day })}
          />
        </div>
      )}
    </>
  );
}

type DayProps = {
  label: string;
  value: string | null;
  min?: string | undefined;
  max: string;
  onChange: (day: string | null) => void;
};

function Day({ label, value, min, max, onChange }: DayProps) {
  return (
    <label class={LABEL}>
      {label}
      <input
        type="date"
        class="field px-2 text-sm font-normal"
        min={min}
        max={max}
        value={value ?? ""}
        onChange={({ currentTarget }) => onChange(currentTarget.value || null)}
      />
    </label>
  );
}

/** The choice that these days correspond to. */
function rangeOf(from: string | null, to: string | null): DateRange {
  if (from === null && to === null) return "any";
  if (to !== null) return "custom";
  const now = Date.now();
  return DATES.find((range) => from === dayBefore(now, Number(range))) ?? "custom";
}
