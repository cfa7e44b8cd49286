/** Numbers, and formatters that are created when they are first used. */
import { language } from "./language.ts";

/** The first formatter of a page costs tens of milliseconds: creates it with the first call, and keeps it. */
export function formatter<Formatter>(create: () => Formatter): () => Formatter {
  let created: Formatter | undefined;
  return () => (created ??= create());
}

const numbers = formatter(() => new Intl.NumberFormat(language.tag));

/** The counts of the first screen are below a thousand: they need the language's digits, but no formatter. */
export function number(value: number): string {
  if (!Number.isInteger(value) || value < 0 || value >= 1000) return numbers().format(value);
  return String(value).replace(/\d/g, (digit) => language.digits[Number(digit)] ?? digit);
}
