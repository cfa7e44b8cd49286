/**
 * Text as search compares it, for what is stored and for what is looked for: compatibility forms (NFKC: full-width
 * letters, ligatures, composed accents), lower case, one form of sigma, and any white space as one space.
 */
export function foldText(text: string): string {
  // Lower case can take letters apart again (İ), and a sigma is written differently at the end of a word.
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").replaceAll("ς", "σ").replace(/\s+/g, " ");
}
