/** `BLOCKED_WORDS`: what this studio makes no pictures of, whoever asks. A courtesy and a house rule, not a classifier. */
import { foldText } from "../shared/fold-text.ts";

/** Scripts that put no space between words: there a word is found inside of others too. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Accents, and marks that are not seen at all. Vowel signs, which make other words, belong to their script. */
const ACCENTS = /[\p{Script=Inherited}\p{Cf}]/gu;
const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}]+/gu;

/** Words alone, each with a space on both sides: in lower case, without accents, full-width letters as plain ones. */
function wordsOf(text: string): string {
  const plain = foldText(text).normalize("NFKD").replace(ACCENTS, "");
  return ` ${plain.replace(BETWEEN_WORDS, " ").trim()} `;
}

/** Whether an entry has anything to look for. */
export function isBlockable(entry: string): boolean {
  return wordsOf(entry).trim() !== "";
}

/** Whether the text has one of these words or phrases, as whole words. */
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
