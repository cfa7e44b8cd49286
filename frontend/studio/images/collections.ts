/** The user's collections: their list, and the changes to them and to what is in them. */
import { signal } from "@preact/signals";
import type { Collection } from "../../../worker/api/schemas/collection.ts";
import type { BulkResult } from "../../../worker/api/schemas/generation.ts";
import type { Api } from "../../api/client.ts";
import type { ApiError, Result } from "../../api/result.ts";
import { collectionsText } from "../../text/collections.ts";
import type { SessionState } from "../session/session.ts";
import type { Toasts } from "../toasts.ts";
import { inBulk } from "./bulk.ts";
import type { ImageList } from "./image-list.ts";

const ROUTE = "/api/collections";
const routeOf = (id: string) => `${ROUTE}/${encodeURIComponent(id)}`;

type One = { collection: Collection };

export type CollectionsDependencies = {
  api: Pick<Api, "call">;
  session: Pick<SessionState, "recheck">;
  toasts: Pick<Toasts, "show">;
  /** The lists in memory that show this collection. */
  listsOf: (id: string) => readonly ImageList[];
  /** Shows a collection in the gallery. */
  open: (id: string) => void;
};

export function createCollections({ api, session, toasts, listsOf, open }: CollectionsDependencies) {
  /** Newest first; null until they are loaded. */
  const all = signal<readonly Collection[] | null>(null);
  const error = signal<ApiError | null>(null);
  /** Counts requests for the list, and changes: a response that was requested before the latest one is stale. */
  let version = 0;

  async function load(): Promise<void> {
    version += 1;
    const requested = version;
    const result = await api.call<{ collections: Collection[] }>("GET", ROUTE);
    if (requested !== version) return;
    error.value = result.ok ? null : result.error;
    if (result.ok) all.value = result.value.collections;
  }

  const find = (id: string) => all.value?.find((collection) => collection.id === id);

  /** Shows a change at once, and then what the Worker has: another tab may have changed more. */
  function apply(change: (known: readonly Collection[]) => readonly Collection[]) {
    if (all.peek()) all.value = change(all.peek() ?? []);
    void load();
  }

  /** Null after success. A collection that is gone leaves the list. */
  function errorOf(result: Result<unknown>): ApiError | null {
    if (result.ok) return null;
    if (result.error.code === "unauthenticated") session.recheck();
    if (result.error.code === "not_found") void load();
    return result.error;
  }

  /** Puts images into a collection, or takes them out; shows a toast that says how many, and why others failed. */
  async function change(
    id: string,
    ids: readonly string[],
    action: "collect" | "uncollect",
  ): Promise<boolean> {
    const name = find(id)?.name ?? "";
    const bulk: Api["bulk"] = (chunk) =>
      api.call<BulkResult>("POST", "/api/generations/bulk", {
        body: { ids: chunk, action, collection: id },
      });
    const { done, failed, error: failure } = await inBulk({ bulk }, ids, action);
    for (const list of listsOf(id)) list.setMembers(done, action === "collect");
    if (done.length > 0 || failure?.code === "not_found") void load();
    if (failure?.code === "unauthenticated") session.recheck();
    if (failed.length > 0) {
      toasts.show(collectionsText.notChanged(failed.length, failure?.code ?? "storage_unavailable"));
    } else if (action === "collect") {
      toasts.show(collectionsText.added(done.length, name), {
        label: collectionsText.view,
        run: () => open(id),
      });
    } else {
      toasts.show(collectionsText.removed(done.length, name), {
        label: collectionsText.undo,
        run: () => void change(id, ids, "collect"),
      });
    }
    return failed.length === 0;
  }

  return {
    all,
    error,
    load,
    find,
    async create(name: string): Promise<Result<Collection>> {
      const result = await api.call<One>("POST", ROUTE, { body: { name } });
      if (!result.ok) return { ok: false, error: errorOf(result) ?? result.error };
      const { collection } = result.value;
      apply((known) => [collection, ...known.filter(({ id }) => id !== collection.id)]);
      return { ok: true, value: collection };
    },
    async rename(id: string, name: string): Promise<ApiError | null> {
      const result = await api.call<One>("PATCH", routeOf(id), { body: { name } });
      if (result.ok) {
        const { collection } = result.value;
        apply((known) => known.map((other) => (other.id === id ? collection : other)));
      }
      return errorOf(result);
    },
    /** Deletes the collection; its images stay. */
    async delete(id: string): Promise<ApiError | null> {
      const result = await api.call<void>("DELETE", routeOf(id));
      // Already deleted elsewhere: that is what the user wanted.
      const isGone = result.ok || result.error.code === "not_found";
      if (isGone) apply((known) => known.filter((other) => other.id !== id));
      return isGone ? null : errorOf(result);
    },
    add: (id: string, ids: readonly string[]) => change(id, ids, "collect"),
    take: (id: string, ids: readonly string[]) => change(id, ids, "uncollect"),
  };
}

export type Collections = ReturnType<typeof createCollections>;
