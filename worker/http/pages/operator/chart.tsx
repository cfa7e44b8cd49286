import { DAY_MS } from "../../../shared/time.ts";
import { operatorText as text } from "./text.ts";
import { Table } from "./table.tsx";

const DAYS = 30;
/** In the units of the drawing. */
const [WIDTH, HEIGHT] = [600, 120];
const STEP = WIDTH / DAYS;

type Day = { day: string; created: number };

/** Images per day as bars, the studio's limit as a line, and the same as a table. */
export function Chart({ days, cap, now }: { days: Day[]; cap: number; now: number }) {
  const created = new Map(days.map((one) => [one.day, one.created]));
  const shown = Array.from({ length: DAYS }, (_, i) => {
    const day = new Date(now - (DAYS - 1 - i) * DAY_MS).toISOString().slice(0, 10);
    return { day, created: created.get(day) ?? 0 };
  });
  const total = shown.reduce((sum, one) => sum + one.created, 0);
  const most = Math.max(...shown.map((one) => one.created));
  if (total === 0) return <p>{text.noUsage}</p>;
  // A limit far above the bars would flatten them.
  const hasLine = cap > 0 && cap <= 3 * most;
  const scale = HEIGHT / Math.max(most, hasLine ? cap : 0);
  return (
    <>
      <p>
        {text.chart(total, most)} {text.cap(cap)}
      </p>
      <svg viewBox={`0 -4 ${WIDTH} ${HEIGHT + 5}`} role="img" aria-label={text.images}>
        {shown.map(
          (one, i) =>
            one.created > 0 && (
              <rect
                class="bar"
                x={i * STEP + 2}
                y={HEIGHT - one.created * scale}
                width={STEP - 4}
                height={one.created * scale}
                rx="2"
              >
                <title>{`${one.day}: ${one.created}`}</title>
              </rect>
            ),
        )}
        <path class="axis" d={`M0 ${HEIGHT}H${WIDTH}`} />
        {hasLine && <path class="cap" d={`M0 ${HEIGHT - cap * scale}H${WIDTH}`} />}
      </svg>
      <details>
        <summary>{text.asTable}</summary>
        <Table
          label={text.images}
          head={[text.columns.day, text.columns.count]}
          rows={shown.toReversed().map((one) => [one.day, one.created])}
        />
      </details>
    </>
  );
}
