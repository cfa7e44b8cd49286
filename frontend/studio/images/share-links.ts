/** Public links to single images. */
import type { Api } from "../../api/client.ts";
import { definePart } from "../../ui/parts.ts";
import type { Generations } from "./generations.ts";
import type { Messages } from "../messages.ts";
import type { SessionState } from "../session/session.ts";
import { isDoneOrMessage, valueOrMessage } from "../value-or-message.ts";

export type ShareLinksDependencies = {
  api: Pick<Api, "share" | "unshare">;
  generations: Generations;
  messages: Messages;
  session: SessionState;
};

export function createShareLinks(dependencies: ShareLinksDependencies) {
  const { api, generations } = dependencies;
  return {
    /** The link, which the image has from then on; null when it could not be created. */
    async create(id: string, showPrompt: boolean): Promise<string | null> {
      const link = valueOrMessage(await api.share(id, showPrompt), dependencies);
      if (link) generations.edit(id, { shareUrl: link.url }).confirm();
      return link?.url ?? null;
    },
    async revoke(id: string): Promise<void> {
      if (!isDoneOrMessage(await api.unshare(id), dependencies)) return;
      generations.edit(id, { shareUrl: null }).confirm();
    },
  };
}

export type ShareLinks = ReturnType<typeof createShareLinks>;
export const shareLinksPart = definePart<ShareLinks>("share links");
