/** The user's passkeys, as far as they have been loaded. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Passkey, PasskeyList } from "../../worker/api/schemas/passkey.ts";
import type { Api } from "../api/client.ts";
import type { Result } from "../api/result.ts";
import { addPasskey, type PasskeyFailure } from "./add-passkey.ts";
import { createOneRequest } from "./one-request.ts";

export type Passkeys = {
  /** Null: not loaded yet. */
  passkeys: ReadonlySignal<Passkey[] | null>;
  error: ReadonlySignal<PasskeyFailure | null>;
  /** A request is under way: another one is not started. */
  isBusy: ReadonlySignal<boolean>;
  clearError(): void;
  load(): Promise<void>;
  /** False: canceled, refused, or another request is under way. So for the others. */
  add(): Promise<boolean>;
  rename(id: string, name: string): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  /** Whether the user cannot sign in without this passkey. */
  isLastSignIn(id: string): boolean;
};

const PATH = "/api/passkeys";

export function createPasskeys(api: Pick<Api, "call">): Passkeys {
  const passkeys = signal<Passkey[] | null>(null);
  const hasOtherSignIn = signal(false);
  const { error, isBusy, once } = createOneRequest<PasskeyFailure>();

  async function reload(): Promise<PasskeyFailure | null> {
    const listed = await api.call<PasskeyList>("GET", PATH);
    if (!listed.ok) return listed.error;
    passkeys.value = listed.value.passkeys;
    hasOtherSignIn.value = listed.value.hasOtherSignIn;
    return null;
  }

  /** The list may be outdated: another tab changed it, or the response of a change was lost. */
  async function failed(why: PasskeyFailure): Promise<PasskeyFailure> {
    if (typeof why !== "string") await reload();
    return why;
  }

  async function rename(id: string, name: string): Promise<PasskeyFailure | null> {
    const renamed: Result<{ passkey: Passkey }> = await api.call("PATCH", `${PATH}/${id}`, {
      body: { name },
    });
    if (!renamed.ok) return failed(renamed.error);
    const { passkey } = renamed.value;
    passkeys.value = (passkeys.value ?? []).map((one) => (one.id === id ? passkey : one));
    return null;
  }

  return {
    passkeys,
    error,
    isBusy,
    clearError: () => {
      error.value = null;
    },
    load: async () => void (await once(reload)),
    add: () =>
      once(async () => {
        const added = await addPasskey(api);
        if (!added.ok) return failed(added.error);
        passkeys.value = [...(passkeys.value ?? []), added.value];
        return null;
      }),
    rename: (id, name) => once(() => rename(id, name)),
    remove: (id) =>
      once(async () => {
        const removed = await api.call<void>("DELETE", `${PATH}/${id}`);
        // 404: it is gone already, perhaps by a first request whose response was lost.
        if (!removed.ok && removed.error.code !== "not_found") return removed.error;
        passkeys.value = (passkeys.value ?? []).filter((passkey) => passkey.id !== id);
        return null;
      }),
    isLastSignIn: (id) => !hasOtherSignIn.value && (passkeys.value ?? []).every((one) => one.id === id),
  };
}
