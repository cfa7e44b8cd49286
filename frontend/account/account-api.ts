/** The API as the sections of the account page use it. */
import { useMemo } from "preact/hooks";
import type { Api } from "../api/client.ts";
import type { Result } from "../api/result.ts";
import { apiPart } from "../studio/api-part.ts";
import { sessionPart } from "../studio/session/session.ts";
import { usePart } from "../ui/parts.ts";

export type AccountApi = Pick<Api, "call" | "exportParts" | "list" | "bulk">;

/** A 401 rechecks the session: if it ended elsewhere, the page asks the user to sign in. */
export function useAccountApi(): AccountApi {
  const api = usePart(apiPart);
  const session = usePart(sessionPart);
  return useMemo(() => {
    async function rechecked<T>(response: Promise<Result<T>>): Promise<Result<T>> {
      const result = await response;
      if (!result.ok && result.error.code === "unauthenticated") session.recheck();
      return result;
    }
    return {
      call: <T>(...request: Parameters<Api["call"]>) => rechecked(api.call<T>(...request)),
      exportParts: (...request) => rechecked(api.exportParts(...request)),
      list: (...request) => rechecked(api.list(...request)),
      bulk: (...request) => rechecked(api.bulk(...request)),
    };
  }, [api, session]);
}
