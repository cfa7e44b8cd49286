/** One line of the table. The budget is at most `limit` or at least `least`; without both there is none. */
export type Measure = { what: string; value: number; unit: string; limit?: number; least?: number };

export const isWithinBudget = ({
  value,
  limit = Number.POSITIVE_INFINITY,
  least = Number.NEGATIVE_INFINITY,
}: Measure): boolean => value <= limit && value >= least;

export const HEADER = `${"measured".padEnd(46)} ${"value".padStart(9)} ${"".padEnd(7)} ${"budget".padStart(12)}`;

const numbers = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });

export function lineOf(measure: Measure): string {
  const { what, value, unit, limit, least } = measure;
  const bound = limit ?? least;
  const budget =
    bound === undefined ? "" : `${limit === undefined ? "at least" : "of"} ${numbers.format(bound)}`;
  const verdict =
    bound === undefined ? "" : isWithinBudget(measure) ? "ok" : limit === undefined ? "UNDER" : "OVER";
  return `${what.padEnd(46)} ${numbers.format(value).padStart(9)} ${unit.padEnd(7)} ${budget.padStart(12)}  ${verdict}`.trimEnd();
}

/** Of an even count, the greater of the two middle values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
