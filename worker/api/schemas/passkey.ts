/** Responses about passkeys and invitations. */
import * as z from "zod";
import { plan } from "./requests/session.ts";

/** Times are ISO 8601 UTC. */
export const passkey = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
  /** The owner's cloud account has it, so it works on several devices. */
  synced: z.boolean(),
});
export type Passkey = z.infer<typeof passkey>;
export const passkeyResponse = z.object({ passkey });

/** All of them, oldest first. `hasOtherSignIn`: the user has signed in with a provider, and can again. */
export const passkeyList = z.object({ passkeys: z.array(passkey), hasOtherSignIn: z.boolean() });
export type PasskeyList = z.infer<typeof passkeyList>;

const descriptor = z.object({ type: z.literal("public-key"), id: z.string() });

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`. `state` goes into the request with the credential. */
export const registerOptions = z.object({
  state: z.string(),
  options: z.object({
    rp: z.object({ id: z.string(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    challenge: z.string(),
    pubKeyCredParams: z.array(z.object({ type: z.literal("public-key"), alg: z.int() })),
    timeout: z.int(),
    attestation: z.literal("none"),
    authenticatorSelection: z.object({
      residentKey: z.literal("required"),
      requireResidentKey: z.literal(true),
      userVerification: z.literal("required"),
    }),
    excludeCredentials: z.array(descriptor),
  }),
});
export type RegisterOptions = z.infer<typeof registerOptions>;

/** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
export const signInOptions = z.object({
  state: z.string(),
  options: z.object({
    rpId: z.string(),
    challenge: z.string(),
    timeout: z.int(),
    userVerification: z.literal("required"),
    allowCredentials: z.array(descriptor),
  }),
});
export type SignInOptions = z.infer<typeof signInOptions>;

/** `POST /api/auth/invitation`. */
export const openInvitation = z.object({
  email: z.string(),
  /** Of the account that the invitation makes; null: the address has an account, which gets a further passkey. */
  plan: plan.nullable(),
  operator: z.boolean(),
  expiresAt: z.iso.datetime(),
  /** Who is signed in in this browser. */
  signedInAs: z.string().nullable(),
});
export type OpenInvitation = z.infer<typeof openInvitation>;

export const invitation = z.object({
  id: z.string(),
  email: z.string(),
  plan,
  operator: z.boolean(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  usedAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
});
export type Invitation = z.infer<typeof invitation>;
/** `link` is shown only here: its token is not stored. */
export const newInvitation = z.object({ invitation, link: z.string() });
export type NewInvitation = z.infer<typeof newInvitation>;
export const invitationPage = z.object({ items: z.array(invitation), nextCursor: z.string().nullable() });
export type InvitationPage = z.infer<typeof invitationPage>;
