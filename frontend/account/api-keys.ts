/** The user's API keys, as far as they have been loaded. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { ApiKey } from "../../worker/api/schemas/api-key.ts";
import type { ApiKeyBody } from "../../worker/api/schemas/requests/api-key.ts";
import type { Api } from "../api/client.ts";
import type { ApiError } from "../api/result.ts";
import { createOneRequest } from "./one-request.ts";

export type NewKey = Pick<ApiKeyBody, "name" | "scopes"> & { expiresAt?: string };

export type ApiKeys = {
  /** Null: not loaded yet. */
  keys: ReadonlySignal<ApiKey[] | null>;
  error: ReadonlySignal<ApiError | null>;
  /** A request is under way: another one is not started. */
  isBusy: ReadonlySignal<boolean>;
  /** The key that was just created, until `hideSecret`: the studio shows it once. */
  secret: ReadonlySignal<string | null>;
  hideSecret(): void;
  clearError(): void;
  load(): Promise<void>;
  /** False: refused, or another request is under way. */
  create(key: NewKey): Promise<boolean>;
  /** Null: all. */
  revoke(id: string | null): Promise<boolean>;
};

export function createApiKeys(api: Pick<Api, "call">): ApiKeys {
  const keys = signal<ApiKey[] | null>(null);
  const { error, isBusy, once } = createOneRequest<ApiError>();
  const secret = signal<string | null>(null);

  async function reload(): Promise<ApiError | null> {
    const listed = await api.call<{ keys: ApiKey[] }>("GET", "/api/keys");
    if (listed.ok) keys.value = listed.value.keys;
    return listed.ok ? null : listed.error;
  }

  return {
    keys,
    error,
    isBusy,
    secret,
    hideSecret: () => {
      secret.value = null;
    },
    clearError: () => {
      error.value = null;
    },
    load: async () => void (await once(reload)),
    create: (body) =>
      once(async () => {
        const created = await api.call<{ key: ApiKey; secret: string }>("POST", "/api/keys", { body });
        if (!created.ok) {
          // The key may exist: its response was lost. Or another tab created as many as are allowed.
          await reload();
          return created.error;
        }
        secret.value = created.value.secret;
        keys.value = [...(keys.value ?? []), created.value.key];
        return null;
      }),
    revoke: (id) =>
      once(async () => {
        const path = id === null ? "/api/keys" : `/api/keys/${id}`;
        const revoked = await api.call<void>("DELETE", path);
        // 404: it is gone already, perhaps by a first request whose response was lost.
        if (!revoked.ok && revoked.error.code !== "not_found") return revoked.error;
        keys.value = id === null ? [] : (keys.value ?? []).filter((key) => key.id !== id);
        return null;
      }),
  };
}
