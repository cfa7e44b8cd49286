/** Milliseconds before the next attempt: doubles from `first` to `longest`, jittered so that clients spread out. */
export function backoff(failures: number, random: () => number, first = 1_000, longest = 30_000): number {
  return Math.min(longest, first * 2 ** failures) * (0.5 + random() / 2);
}
