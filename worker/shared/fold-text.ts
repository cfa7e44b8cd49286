/**
 * Text as search compares it, applied to stored prompts and to search text: compatibility forms (NFKC: full-width
 * letters, ligatures, composed accents), lower case, one form of sigma, and any white space as one space.
 */
export function foldText(text: string): string {
  // Lower case can decompose letters (İ), and a final sigma has a form of its own.
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").replaceAll("ς", "σ").replace(/\s+/g, " ");
}
