/** The sentences about what happens, which are no part of the first load. */
import { text } from "./common.ts";

type Words = typeof import("./errors.ts");
let known: Words | undefined;

/** Ahead of the moment that something goes wrong: then the line may be cut. */
export async function loadWords(): Promise<void> {
  try {
    known ??= await import("./errors.ts");
  } catch {
    // Asked for again with the next thing to tell.
  }
}

/** Says it, now if the sentences are here. */
export function inWords(pick: (words: Words) => string, say: (sentence: string) => void): void {
  const speak = () => say(known ? pick(known) : text.unreachable);
  if (known) speak();
  else void loadWords().then(speak);
}
