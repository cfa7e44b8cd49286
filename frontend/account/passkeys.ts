/** The user's passkeys, as far as they have been loaded. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Passkey, PasskeyList, RegisterOptions } from "../../worker/api/schemas/passkey.ts";
import type { Api } from "../api/client.ts";
import type { ApiError, Result } from "../api/result.ts";
import { createOneRequest } from "./one-request.ts";

/** `canceled`: the user closed the prompt. `known`: the device has a passkey for this account already. */
export type PasskeyFailure = ApiError | "canceled" | "known";

/** The browser's own JSON methods. */
export const canAddPasskey = () =>
  "PublicKeyCredential" in globalThis && "parseCreationOptionsFromJSON" in PublicKeyCredential;

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

/** Registers a further passkey of the signed-in user. */
async function addPasskey(
  api: Pick<Api, "call">,
): Promise<Result<Passkey> | { ok: false; error: PasskeyFailure }> {
  const started = await api.call<RegisterOptions>("POST", "/api/auth/passkeys/register-options", {
    body: {},
  });
  if (!started.ok) return started;
  const { options, state } = started.value;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await navigator.credentials.create({ publicKey }).catch(failureOf);
  if (credential === "known") return { ok: false, error: credential };
  if (!(credential instanceof PublicKeyCredential)) return { ok: false, error: "canceled" };
  const body = { state, credential: credential.toJSON() };
  const added = await api.call<{ passkey: Passkey }>("POST", "/api/auth/passkeys/register", { body });
  return added.ok ? { ok: true, value: added.value.passkey } : added;
}

/** WebAuthn, 5.1.3: the authenticator has one of the excluded passkeys. */
const failureOf = (error: unknown) =>
  error instanceof DOMException && error.name === "InvalidStateError" ? "known" : "canceled";
