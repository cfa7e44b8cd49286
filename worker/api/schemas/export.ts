/** The export of an account. */
import * as z from "zod";
import { apiKey } from "./api-key.ts";
import { connectedApp } from "./connected-app.ts";
import { generation } from "./generation.ts";
import { passkey } from "./passkey.ts";
import { preset } from "./preset.ts";
import { limits, user } from "./session.ts";
import { webhookEndpoint } from "./webhook-endpoint.ts";

/** The parts, oldest images first; at least one. `url` is a path; `from` is when its first image was created. */
export const exportParts = z.object({
  parts: z.array(z.object({ part: z.int(), from: z.iso.datetime().nullable(), url: z.string() })),
  nextCursor: z.string().nullable(),
});
export type ExportParts = z.infer<typeof exportParts>;

/** A generation in an export: the stored fields, with its files in the zip instead of URLs. */
const exportedGeneration = generation
  .pick({
    id: true,
    prompt: true,
    model: true,
    favorite: true,
    shareUrl: true,
    createdAt: true,
    completedAt: true,
  })
  .extend({
    /** A newer version may have stored a status, an error code or an option that this one does not know. */
    status: z.string(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    options: z.record(z.string(), z.unknown()),
    /** The shared page shows the prompt. */
    sharesPrompt: z.boolean(),
    files: z.array(
      z.object({
        name: z.string(),
        width: z.int(),
        height: z.int(),
        /** The file is not in R2, and not in the zip. */
        missing: z.literal(true).exactOptional(),
      }),
    ),
  });

/** `export-<part>.json` in each part. Times are ISO 8601 UTC. */
export const exportDocument = z.object({
  exportedAt: z.iso.datetime(),
  part: z.int(),
  /** URL of the next part; null in the last. */
  next: z.string().nullable(),
  account: user.extend({
    createdAt: z.iso.datetime(),
    identities: z.array(z.object({ issuer: z.string(), subject: z.string(), createdAt: z.iso.datetime() })),
  }),
  limits,
  /** Generations without a D1 row: unconfirmed, or not recorded yet. They are in no part. */
  unrecorded: z.array(generation),
  /** Without their public keys. */
  passkeys: z.array(passkey),
  /** Without the keys themselves, which are not stored. */
  apiKeys: z.array(apiKey),
  /** Without their secrets. */
  webhookEndpoints: z.array(webhookEndpoint),
  /** Without their tokens. */
  connectedApps: z.array(connectedApp),
  presets: z.array(preset),
  /** All collections, each with the ids of those of its images that are in this part. */
  collections: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      createdAt: z.iso.datetime(),
      images: z.array(z.string()),
    }),
  ),
  generations: z.array(exportedGeneration),
});
export type ExportDocument = z.infer<typeof exportDocument>;
