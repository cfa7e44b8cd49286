/** Favorites: shown at once, saved one request at a time per image, so that the last click wins. */
import type { Api } from "../../api/client.ts";
import { errorSentences } from "../../text/errors.ts";
import { actionsText } from "../../text/actions.ts";
import { definePart } from "../../ui/parts.ts";
import { inBulk } from "./bulk.ts";
import type { Edit, Generations } from "./generations.ts";
import type { Toasts } from "../toasts.ts";
import type { SessionState } from "../session/session.ts";
import { valueOrToast } from "../value-or-toast.ts";

export type FavoritesDependencies = {
  api: Pick<Api, "favorite" | "bulk">;
  generations: Generations;
  toasts: Toasts;
  session: SessionState;
};

type Change = { wanted: boolean; edit: Edit };

export function createFavorites(dependencies: FavoritesDependencies) {
  const { api, generations, toasts } = dependencies;
  /** By id: what the user asked for last, while a request is under way. */
  const changes = new Map<string, Change>();

  /** `first`: whether a request that is already under way for this image succeeds. */
  async function set(id: string, wanted: boolean, first?: Promise<boolean>): Promise<void> {
    const running = changes.get(id);
    const edit = generations.edit(id, { favorite: wanted });
    if (running) {
      running.edit.undo();
      Object.assign(running, { wanted, edit });
      return;
    }
    const change = { wanted, edit };
    changes.set(id, change);
    let saved = !wanted;
    for (let request = first; ; request = undefined) {
      const sent = change.wanted;
      const isSaved = await (request ?? save(id, sent));
      if (isSaved) saved = sent;
      // A click during the request is sent after its response.
      if (sent === change.wanted) break;
    }
    changes.delete(id);
    change.edit.confirm({ favorite: saved });
  }

  async function save(id: string, favorite: boolean): Promise<boolean> {
    return valueOrToast(await api.favorite(id, favorite), dependencies) !== undefined;
  }

  return {
    toggle(id: string): Promise<void> {
      return set(id, !(changes.get(id)?.wanted ?? generations.peek(id)?.favorite ?? false));
    },
    /** Adds many images to the favorites, or removes them; those that fail go back. */
    async setAll(ids: readonly string[], favorite: boolean): Promise<void> {
      const changing = ids.filter((id) => generations.peek(id)?.favorite !== favorite);
      // An image with a request under way sends this as its next.
      const idle = changing.filter((id) => !changes.has(id));
      const sending = inBulk(api, idle, favorite ? "favorite" : "unfavorite");
      const failing = sending.then(({ failed }) => new Set(failed));
      await Promise.all(
        changing.map((id) =>
          set(
            id,
            favorite,
            failing.then((failed) => !failed.has(id)),
          ),
        ),
      );
      const { failed, error } = await sending;
      toasts.show(
        failed.length > 0
          ? actionsText.notFavored(failed.length, errorSentences[error?.code ?? "storage_unavailable"])
          : (favorite ? actionsText.favored : actionsText.unfavored)(changing.length),
      );
    },
  };
}

export type Favorites = ReturnType<typeof createFavorites>;
export const favoritesPart = definePart<Favorites>("favorites");
