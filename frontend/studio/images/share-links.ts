/** Public links to single images. */
import type { Api } from "../../api/client.ts";
import { definePart } from "../../ui/parts.ts";
import type { Generations } from "./generations.ts";
import type { Toasts } from "../toasts.ts";
import type { SessionState } from "../session/session.ts";
import { isDoneOrToast, valueOrToast } from "../value-or-toast.ts";

export type ShareLinksDependencies = {
  api: Pick<Api, "share" | "unshare">;
  generations: Generations;
  toasts: Toasts;
  session: SessionState;
};

export function createShareLinks(dependencies: ShareLinksDependencies) {
  const { api, generations } = dependencies;
  return {
    /** The link, which the image has from then on; null when it could not be created. */
    async create(id: string, showPrompt: boolean): Promise<string | null> {
      const link = valueOrToast(await api.share(id, showPrompt), dependencies);
      if (link) generations.edit(id, { shareUrl: link.url }).confirm();
      return link?.url ?? null;
    },
    async revoke(id: string): Promise<void> {
      if (!isDoneOrToast(await api.unshare(id), dependencies)) return;
      generations.edit(id, { shareUrl: null }).confirm();
    },
  };
}

export type ShareLinks = ReturnType<typeof createShareLinks>;
export const shareLinksPart = definePart<ShareLinks>("share links");
