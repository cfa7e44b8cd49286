/** The result of a sign-in: an identity, or one of these reasons. */

/** An identity at a provider. `email` is in lower case and verified by the provider. */
export type Identity = { issuer: string; subject: string; email: string };

export type SignInRefusal =
  /** The provider does not respond in time. */
  | "provider_down"
  /** The provider rejects this studio as a client: a setting is wrong. */
  | "provider_refuses_studio"
  /** The user or the provider declined. */
  | "declined"
  /** The response belongs to no sign-in that this browser started, or to one that has expired. */
  | "state_lost"
  /** The code was already used, or is too old. */
  | "code_rejected"
  /** The token is invalid: issuer, audience, nonce or signature. */
  | "token_invalid"
  /** The token is not valid now: the clocks differ, or the response is too old. */
  | "clock_skew"
  /** The request did not come through Cloudflare Access. */
  | "access_missing"
  | "email_missing"
  | "email_unverified"
  /** `ALLOWED_USERS` does not admit the address. */
  | "not_admitted"
  /** Another person at the same provider has the account with this address. */
  | "address_taken"
  | "suspended";

/** `detail` is for the log: no token, no address. */
export type Refused = { ok: false; reason: SignInRefusal; detail: string };
export type Outcome<T> = { ok: true; value: T } | Refused;

export function refused(reason: SignInRefusal, detail = ""): Refused {
  return { ok: false, reason, detail };
}
