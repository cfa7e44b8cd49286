/** `BLOCKED_WORDS`: prompts with one of these words are rejected. A simple filter, not a classifier. */
import { foldText } from "../shared/fold-text.ts";

/** Scripts without spaces between words: a blocked word also matches inside a longer text. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Accents and invisible characters. Vowel signs change the word; they belong to their script, so they stay. */
const ACCENTS = /[\p{Script=Inherited}\p{Cf}]/gu;
const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}]+/gu;

/** The words, each between spaces: lower case, without accents, full-width letters as ASCII. */
function wordsOf(text: string): string {
  const plain = foldText(text).normalize("NFKD").replace(ACCENTS, "");
  return ` ${plain.replace(BETWEEN_WORDS, " ").trim()} `;
}

/** Whether the entry has a letter or digit to match. */
export function isBlockable(entry: string): boolean {
  return wordsOf(entry).trim() !== "";
}

/** Whether the text contains one of the words or phrases, as whole words. */
export function hasBlockedWord(text: string, entries: readonly string[]): boolean {
  if (entries.length === 0) return false;
  const words = wordsOf(text);
  return entries.some((entry) => {
    const wanted = wordsOf(entry);
    return UNSPACED.test(wanted)
      ? words.replaceAll(" ", "").includes(wanted.replaceAll(" ", ""))
      : words.includes(wanted);
  });
}
