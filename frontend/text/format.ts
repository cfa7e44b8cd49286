/** Numbers and what formats them, in the catalogue's language. */
import { language } from "./language.ts";

/** A formatter that is made when it is first used: the first one of a page costs it tens of milliseconds. */
export function formatter<Formatter>(make: () => Formatter): () => Formatter {
  let made: Formatter | undefined;
  return () => (made ??= make());
}

const any = formatter(() => new Intl.NumberFormat(language.tag));

/** The counts that the first screen shows are below a thousand, and need nothing but the language's digits. */
export function number(value: number): string {
  if (!Number.isInteger(value) || value < 0 || value >= 1000) return any().format(value);
  return String(value).replace(/\d/g, (digit) => language.digits[Number(digit)] ?? digit);
}
