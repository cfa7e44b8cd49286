import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { MODELS } from "../../worker/catalog.ts";
import { dayBefore, type Filters } from "../studio/filters.ts";
import { text } from "../text/common.ts";
import { pictureText } from "../text/gallery.ts";
import { useLightDismiss } from "../ui/light-dismiss.ts";

type Props = { filters: Filters; onFilter: (changes: Partial<Filters>) => void };

const STATUSES = Object.keys(pictureText.statuses) as Filters["status"][];
const TIMES = ["any", "0", "6", "29", "own"] as const;
type Time = (typeof TIMES)[number];

/** What to show, by model, state and day. Each choice counts at once. */
export function FilterMenu({ filters, onFilter }: Props) {
  const menu = useRef<HTMLDivElement>(null);
  useLightDismiss(menu);
  return (
    <div
      ref={menu}
      id="filters"
      popover="auto"
      class="pop filter-menu"
      onBeforeToggle={(event) => {
        if (event.newState !== "open") return;
        // Under its button; on a phone the stylesheet puts it at the thumb.
        const opener = document.querySelector('[popovertarget="filters"]')?.getBoundingClientRect();
        menu.current?.style.setProperty("--below", `${opener?.bottom ?? 0}px`);
      }}
    >
      <label>
        {pictureText.show}
        <select
          class="field"
          value={filters.status}
          onChange={({ currentTarget: { value } }) =>
            onFilter({ status: STATUSES.find((status) => status === value) ?? "succeeded" })
          }
        >
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {pictureText.statuses[status]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {pictureText.model}
        <select
          class="field"
          value={filters.model ?? ""}
          onChange={({ currentTarget: { value } }) =>
            onFilter({ model: MODELS.find(({ id }) => id === value)?.id ?? null })
          }
        >
          <option value="">{pictureText.anyModel}</option>
          {MODELS.map(({ id }) => (
            <option key={id} value={id}>
              {text.model(id)}
            </option>
          ))}
        </select>
      </label>
      <Days filters={filters} onFilter={onFilter} />
    </div>
  );
}

function Days({ filters: { from, to }, onFilter }: Pick<Props, "filters" | "onFilter">) {
  const choosing = useSignal(false);
  const time = choosing.value ? "own" : timeOf(from, to);
  const today = dayBefore(Date.now(), 0);
  return (
    <>
      <label>
        {pictureText.made}
        <select
          class="field"
          value={time}
          onChange={({ currentTarget: { value } }) => {
            choosing.value = value === "own";
            if (value === "any") onFilter({ from: null, to: null });
            else if (value !== "own") onFilter({ from: dayBefore(Date.now(), Number(value)), to: null });
          }}
        >
          {TIMES.map((one) => (
            <option key={one} value={one}>
              {pictureText.times[one]}
            </option>
          ))}
        </select>
      </label>
      {time === "own" && (
        <div class="filter-days">
          <label>
            {pictureText.from}
            <input
              type="date"
              class="field"
              max={to ?? today}
              value={from ?? ""}
              onChange={({ currentTarget: { value } }) => onFilter({ from: value || null })}
            />
          </label>
          <label>
            {pictureText.to}
            <input
              type="date"
              class="field"
              min={from ?? undefined}
              max={today}
              value={to ?? ""}
              onChange={({ currentTarget: { value } }) => onFilter({ to: value || null })}
            />
          </label>
        </div>
      )}
    </>
  );
}

/** The choice that stands for these days, if there is one. */
function timeOf(from: string | null, to: string | null): Time {
  if (from === null && to === null) return "any";
  if (to !== null) return "own";
  const now = Date.now();
  return TIMES.find((one) => from === dayBefore(now, Number(one))) ?? "own";
}
