/**
 * A language for tests that no one speaks and everyone can read: accented, half as long again, in brackets and from
 * right to left. What is left in plain letters on a page was not in the catalogue, or is somebody's own.
 */
const PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ACCENTED = Array.from("äƀçďéƒğĥíĵķľṁñöþǫŕšŧûṽŵẋýžÄƁÇĎÉƑĞĤÍĴĶĽṀÑÖÞǪŔŠŦÛṼŴẊÝŽ");
/** The override turns Latin letters round; an isolate inside it is left as it is. */
const [RLO, PDF, FSI, PDI] = ["\u202e", "\u202c", "\u2068", "\u2069"];

function marked(words: string): string {
  return Array.from(words, (letter) => ACCENTED[PLAIN.indexOf(letter)] ?? letter).join("");
}

/** `own`: what was put into the sentence, and is not the language's. */
function sentence(words: string, own: readonly string[]): string {
  if (!/[A-Za-z]/.test(words)) return words;
  let parts = [words];
  for (const part of own) {
    parts = parts.flatMap((piece) => (piece === part ? [piece] : split(piece, part)));
  }
  const body = parts.map((piece) => (own.includes(piece) ? `${FSI}${piece}${PDI}` : marked(piece))).join("");
  return `${RLO}[${body}${"~".repeat(Math.ceil(words.length / 3))}]${PDF}`;
}

function split(words: string, part: string): string[] {
  const pieces = words.split(part);
  return pieces
    .flatMap((piece, index) => (index === 0 ? [piece] : [part, piece]))
    .filter((piece) => piece !== "");
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  return value && typeof value === "object" ? Object.values(value).flatMap(stringsIn) : [];
}

const TAG = "ar-XB";
const digits = Array.from({ length: 10 }, (_, digit) => new Intl.NumberFormat(TAG).format(digit)).join("");

/** The same catalogue in that language: strings, lists and tables of them, and functions that return a string or a list. */
export function pseudo<T>(catalogue: T): T;
export function pseudo(catalogue: unknown): unknown {
  if (typeof catalogue === "string") return sentence(catalogue, []);
  if (typeof catalogue === "function") {
    return (...own: unknown[]) => {
      const answer: unknown = Reflect.apply(catalogue, undefined, own);
      if (Array.isArray(answer)) return pseudo(answer);
      return typeof answer === "string" ? sentence(answer, own.flatMap(stringsIn)) : answer;
    };
  }
  if (Array.isArray(catalogue)) return catalogue.map((entry) => pseudo(entry));
  if (!catalogue || typeof catalogue !== "object") return catalogue;
  // Arabic, so that what `Intl` writes has no plain letters either.
  if ("direction" in catalogue) return { tag: TAG, direction: "rtl", digits };
  return Object.fromEntries(Object.entries(catalogue).map(([key, entry]) => [key, pseudo(entry)]));
}
