import { announceLater } from "../studio/client.ts";
import type { Deps } from "./deps.ts";

/** The open sockets of these API keys or grants are closed by the object; D1 refuses everything else from now on. */
export function endSockets(deps: Deps, userId: string, ids: string[]): void {
  if (ids.length > 0) announceLater(deps, userId, (studio) => studio.endKeys(ids));
}
