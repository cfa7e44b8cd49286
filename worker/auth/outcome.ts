/** What a sign-in comes to: who it is, or one of a closed list of reasons why not. */

/** Who a provider vouches for. `email` is lower-cased and verified by the provider. */
export type Identity = { issuer: string; subject: string; email: string };

export type SignInRefusal =
  /** The provider does not answer, or not in time. */
  | "provider_down"
  /** The provider does not know this studio as a client: a setting is wrong. */
  | "provider_refuses_studio"
  /** The person, or the provider for them, said no. */
  | "declined"
  /** The answer belongs to no sign-in that this browser began, or to one too long ago. */
  | "state_lost"
  /** The code was used before, or is too old. */
  | "code_rejected"
  /** What the provider says of the person does not hold: issuer, audience, nonce, signature. */
  | "token_invalid"
  /** It would hold at another time: the clocks differ, or the answer is stale. */
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
