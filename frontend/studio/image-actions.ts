/** What a person does with a picture that exists: shown at once where that can be taken back. */
import type { Signal } from "@preact/signals";
import type { Generation } from "../../worker/contract.ts";
import type { Result } from "../api/result.ts";
import { told } from "../text/errors.ts";
import type { Composer } from "./composer.ts";
import type { Studio } from "./studio.ts";

type Hands = Pick<Studio, "api" | "cards" | "changed" | "orTell">;

/** The link, which the picture has from then on; null when it could not be made. */
export async function makeLink(
  { api, changed, orTell }: Hands,
  generation: Signal<Generation>,
  showPrompt: boolean,
): Promise<string | null> {
  const answer = orTell(await api.share(generation.peek().id, showPrompt));
  // Of what it is by now: more may have changed meanwhile.
  if (answer) changed({ ...generation.peek(), shareUrl: answer.url });
  return answer?.url ?? null;
}

export async function endLink(
  { api, changed, orTell }: Hands,
  generation: Signal<Generation>,
): Promise<void> {
  if (orTell(asDone(await api.unshare(generation.peek().id))))
    changed({ ...generation.peek(), shareUrl: null });
}

/** Takes away a card without a picture. What may still heal stays in the record. */
export function dismiss({ api, cards }: Hands, key: string): void {
  const card = cards.byKey(key);
  if (!card) return;
  const { id, error } = card.generation;
  const mayHeal = error?.code === "timed_out" || error?.code === "unconfirmed";
  // News of it that are still on their way bring it back only where it may yet become a picture.
  if (id === "" || mayHeal) cards.remove(key);
  else cards.drop(id);
  if (card.phase === "known" && id !== "" && !mayHeal) void api.remove(id);
}

/** What made room in the form for something else is one click away for a moment. */
export function offerBack(notify: Studio["notify"], composer: Composer, words: string): void {
  notify(told.putAside, { label: told.putBack, run: () => composer.edit(words) });
}

/** An answer without a value, told from a failure. */
export function asDone(result: Result<void>): Result<true> {
  return result.ok ? { ok: true, value: true } : result;
}
