/** Rules for the names of presets and collections, the same in the studio and the Worker. */
import { countCodePoints } from "./prompt.ts";

/** In code points. */
export const MAX_NAME_LENGTH = 80;

/** Line breaks and other controls, and characters that reverse the order of the text around a name (Unicode UAX #9). */
const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** The stored form of a name: canonically composed (NFC), without outer white space. */
export function normalizeName(text: string): string {
  return text.normalize("NFC").trim();
}

/** What is wrong with a name as typed, or null. `empty`: only white space and invisible characters. */
export function nameProblem(text: string): "empty" | "too_long" | "malformed" | null {
  const name = normalizeName(text);
  if (!name.isWellFormed() || FORBIDDEN.test(name)) return "malformed";
  if (/^[\s\p{Cf}]*$/u.test(name)) return "empty";
  return countCodePoints(name) > MAX_NAME_LENGTH ? "too_long" : null;
}
