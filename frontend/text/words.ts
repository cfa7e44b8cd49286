/** The sentences about what went wrong, which are no part of the first load. */
import type { FailureCode } from "../../worker/catalog.ts";
import type { TroubleCode } from "../api/result.ts";
import { text } from "./first.ts";

type Troubles = typeof import("./troubles.ts");
let known: Troubles | undefined;

/** Ahead of the moment that something goes wrong: then the line may be cut. */
export async function loadTroubles(): Promise<void> {
  try {
    known ??= await import("./troubles.ts");
  } catch {
    // Asked for again with the next trouble.
  }
}

/** Says it, now if the sentences are here. A code that only a newer Worker knows has none. */
export function inWords(
  trouble: { problem: TroubleCode } | { failure: FailureCode },
  say: (sentence: string) => void,
): void {
  const speak = () => {
    const sentence =
      "problem" in trouble ? known?.problems[trouble.problem] : known?.failures[trouble.failure];
    say(sentence ?? known?.problems.bad_answer ?? text.unreachable);
  };
  if (known) speak();
  else void loadTroubles().then(speak);
}
