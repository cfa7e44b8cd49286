/** Rules for prompts, the same in the studio and the Worker. */

/** In code points: the longest negative prompt, and the longest prompt if the model's schema has no `maxLength`. */
export const MAX_PROMPT_LENGTH = 500;

/** In code points: the longest prompt for any model, so that a request fits into `MAX_BODY_BYTES`. */
export const MAX_PROMPT_LENGTH_OF_ANY_MODEL = 4_000;

/** The stored and sent form of a prompt: canonically composed (NFC), without outer white space. */
export function normalizePrompt(text: string): string {
  return text.normalize("NFC").trim();
}

/** The length that users and limits mean: an emoji of two UTF-16 units counts as one. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * What is wrong with a prompt as typed, or null. `empty`: only white space and invisible characters. `malformed`: a NUL
 * or a lone surrogate.
 */
export function promptProblem(
  text: string,
  maxLength = MAX_PROMPT_LENGTH,
): "empty" | "too_long" | "malformed" | null {
  if (text.includes("\0") || !text.isWellFormed()) return "malformed";
  const prompt = normalizePrompt(text);
  if (/^[\s\p{Cf}\p{Cc}]*$/u.test(prompt)) return "empty";
  return countCodePoints(prompt) > maxLength ? "too_long" : null;
}
