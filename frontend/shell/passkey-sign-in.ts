/** Sign-in with a passkey. Its own file, as is `account/passkeys.ts`: shared code would load with every page. */
import type { SignInOptions } from "../../worker/api/schemas/passkey.ts";
import type { Api } from "../api/client.ts";
import type { ApiError } from "../api/result.ts";

/** `canceled`: the user closed the prompt, or there is no passkey to choose. */
export type PasskeyFailure = ApiError | "canceled";

/** The browser's own JSON methods. */
export const canSignInWithPasskey = () =>
  "PublicKeyCredential" in globalThis && "parseRequestOptionsFromJSON" in PublicKeyCredential;

/** Null after a success. `signal`: closes the browser's prompt. */
export async function signInWithPasskey(
  api: Pick<Api, "call">,
  signal: AbortSignal,
): Promise<PasskeyFailure | null> {
  const started = await api.call<SignInOptions>("POST", "/api/auth/passkeys/sign-in-options");
  if (!started.ok) return started.error;
  const { options, state } = started.value;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey, signal }).catch(() => null);
  if (!(credential instanceof PublicKeyCredential)) return "canceled";
  const body = { state, credential: credential.toJSON() };
  const signedIn = await api.call<void>("POST", "/api/auth/passkeys/sign-in", { body });
  return signedIn.ok ? null : signedIn.error;
}
