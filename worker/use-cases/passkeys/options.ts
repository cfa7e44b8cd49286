/** What a browser asks an authenticator for. */
import type { RegisterOptions, SignInOptions } from "../../api/schemas/passkey.ts";
import { CHALLENGE_SECONDS, type NewChallenge } from "../../auth/passkeys/challenge.ts";
import { ES256, RS256 } from "../../auth/passkeys/verify.ts";

const TIMEOUT_MS = CHALLENGE_SECONDS * 1000;
const descriptorOf = (id: string) => ({ type: "public-key" as const, id });

export function registerOptionsOf(
  origin: string,
  { challenge, state }: NewChallenge,
  { email, handle, passkeyIds }: { email: string; handle: string; passkeyIds: string[] },
): RegisterOptions {
  const options: RegisterOptions["options"] = {
    rp: { id: new URL(origin).hostname, name: "Image Studio" },
    user: { id: handle, name: email, displayName: email },
    challenge,
    pubKeyCredParams: [ES256, RS256].map((alg) => ({ type: "public-key", alg })),
    timeout: TIMEOUT_MS,
    attestation: "none",
    // Discoverable, so that sign-in asks for no address first.
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
    excludeCredentials: passkeyIds.map(descriptorOf),
  };
  return { state, options };
}

export function signInOptionsOf(origin: string, { challenge, state }: NewChallenge): SignInOptions {
  const options: SignInOptions["options"] = {
    rpId: new URL(origin).hostname,
    challenge,
    timeout: TIMEOUT_MS,
    userVerification: "required",
    // Empty: the browser offers all passkeys of the studio that it finds.
    allowCredentials: [],
  };
  return { state, options };
}
