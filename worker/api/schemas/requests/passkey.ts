/** Requests about passkeys and invitations. */
import * as z from "zod";
import { plan } from "./session.ts";
import { name } from "./name.ts";

/** Base64url without padding. */
const encoded = (maxBytes: number) =>
  z
    .string()
    .max(Math.ceil((maxBytes * 4) / 3))
    .regex(/^[\w-]+$/)
    .refine((text) => text.length % 4 !== 1, "is not base64url");

/** Of a link. */
const token = encoded(64);
/** As the response with the options had it. */
const state = z.string().min(1).max(2_000);
/** Largest id that WebAuthn allows (5.4.5). */
const credentialId = encoded(1_023);
/** What extensions add to it is small. */
const authenticatorData = encoded(3_000);
const clientDataJSON = encoded(3_000);

export const invitationTokenBody = z.strictObject({ token });

/** With the token of an invitation; without one a session is needed. */
export const registerOptionsBody = z.strictObject({ token: token.optional() });

/** `credential`: `PublicKeyCredential.toJSON()`, which has further members. */
export const registerBody = z.strictObject({
  state,
  credential: z.object({
    id: credentialId,
    response: z.object({
      clientDataJSON,
      authenticatorData,
      publicKey: encoded(1_200),
      publicKeyAlgorithm: z.literal([-7, -257]),
    }),
  }),
});
export type RegisterBody = z.infer<typeof registerBody>;

export const passkeySignInBody = z.strictObject({
  state,
  credential: z.object({
    id: credentialId,
    response: z.object({
      clientDataJSON,
      authenticatorData,
      signature: encoded(1_024),
      /** Discoverable credentials always have one. */
      userHandle: encoded(64),
    }),
  }),
});
export type PasskeySignInBody = z.infer<typeof passkeySignInBody>;

export const passkeyNameBody = z.strictObject({ name });

/** Body of `POST /api/admin/invitations`. */
export const invitationBody = z.strictObject({
  email: z.email().max(254).toLowerCase(),
  plan: plan.default("free"),
  operator: z.boolean().default(false),
  days: z.int().min(1).max(30).default(7),
});
export type InvitationBody = z.infer<typeof invitationBody>;

/** Query of `GET /api/admin/invitations`. */
export const invitationsQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .default(50),
  cursor: z.string().min(1).max(400).optional(),
});
