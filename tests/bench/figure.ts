/** One measured figure, beside what it must keep within. */
export type Figure = {
  what: string;
  value: number;
  unit: string;
  most?: number;
  least?: number;
};

export const isKept = ({
  value,
  most = Number.POSITIVE_INFINITY,
  least = Number.NEGATIVE_INFINITY,
}: Figure) => value <= most && value >= least;

export function lineOf(figure: Figure): string {
  const { what, value, unit, most, least } = figure;
  const number = Number.isInteger(value) ? String(value) : value.toFixed(value < 1 ? 3 : 1);
  const budget = most === undefined ? (least === undefined ? "" : `at least ${least}`) : `at most ${most}`;
  return `${what.padEnd(44)} ${number.padStart(8)} ${unit.padEnd(7)} ${budget.padEnd(15)} ${isKept(figure) ? "ok" : "OVER"}`;
}

/** The middle one; of an even number, the greater of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
