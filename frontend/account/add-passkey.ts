/** Registers a further passkey of the signed-in user. */
import type { Passkey, RegisterOptions } from "../../worker/api/schemas/passkey.ts";
import type { Api } from "../api/client.ts";
import type { ApiError, Result } from "../api/result.ts";

/** `canceled`: the user closed the prompt. `known`: the device has a passkey for this account already. */
export type PasskeyFailure = ApiError | "canceled" | "known";

/** The browser's own JSON methods. */
export const canAddPasskey = () =>
  "PublicKeyCredential" in globalThis && "parseCreationOptionsFromJSON" in PublicKeyCredential;

export async function addPasskey(
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
