/** The JSON document in a part of an export, and the names of the image files beside it. */
import { planOf } from "../shared/plans.ts";
import type { ExportDocument } from "../api/schemas/export.ts";
import type { ExportPart } from "../db/export.ts";
import type { UserRow } from "../db/users.ts";
import { fileNameOf } from "../shared/file-name.ts";
import { type GenerationRecord, presentGeneration, type StoredOutput } from "../api/generation.ts";
import { presentApiKey } from "../api/api-key.ts";
import { presentApp } from "../api/connected-app.ts";
import { presentPasskey } from "../api/passkey.ts";
import { presentPreset } from "../api/preset.ts";
import { outputKey } from "../images/keys.ts";
import { mediaTypeOf } from "../shared/media-types.ts";
import type { ObjectExport } from "../studio/user-studio.ts";

export type ExportedFile = { key: string; name: string; modifiedAt: number };

function nameOf(record: GenerationRecord, { n, ext }: StoredOutput): string {
  return `images/${fileNameOf(record, n, mediaTypeOf(ext))}`;
}

/** The stored originals. Variants are made from them and not exported. */
export function filesOf(userId: string, images: ExportPart["images"]): ExportedFile[] {
  return images.flatMap(({ record }) =>
    record.outputs.map((output) => ({
      key: outputKey({ userId, generationId: record.id }, output.n, output.ext),
      name: nameOf(record, output),
      modifiedAt: record.completedAt ?? record.createdAt,
    })),
  );
}

/** `missing`: names of files that are not in R2. `origin`: where the studio is reached. */
export function documentOf(
  about: Pick<ExportDocument, "exportedAt" | "part" | "next">,
  user: UserRow,
  { identities, passkeys, apiKeys, grants, presets, collections, images }: ExportPart,
  fromObject: Omit<ObjectExport, "webhookEndpoints"> & Partial<ObjectExport>,
  missing: ReadonlySet<string>,
  origin: string,
): ExportDocument {
  return {
    ...about,
    account: {
      id: user.id,
      email: user.email,
      plan: planOf(user.plan),
      createdAt: isoOf(user.createdAt),
      identities: identities.map(({ issuer, subject, createdAt }) => ({
        issuer,
        subject,
        createdAt: isoOf(createdAt),
      })),
    },
    limits: fromObject.limits,
    unrecorded: fromObject.unrecorded.map((record) => presentGeneration(record, origin)),
    passkeys: passkeys.map(presentPasskey),
    apiKeys: apiKeys.map(presentApiKey),
    // The object's version may be the one before.
    webhookEndpoints: fromObject.webhookEndpoints ?? [],
    connectedApps: grants.map(presentApp),
    presets: presets.map(presentPreset),
    collections: collections.map(({ id, name, createdAt, imageIds }) => ({
      id,
      name,
      createdAt: isoOf(createdAt),
      images: imageIds,
    })),
    generations: images.map(({ record, options, sharesPrompt }) => {
      const { id, prompt, favorite, shareUrl, createdAt, completedAt } = presentGeneration(record, origin);
      const { model, status, error } = record;
      const files = record.outputs.map((output) => {
        const name = nameOf(record, output);
        const { width, height } = output;
        return { name, width, height, ...(missing.has(name) && { missing: true as const }) };
      });
      return {
        id,
        prompt,
        model,
        options,
        status,
        error,
        favorite,
        shareUrl,
        sharesPrompt,
        createdAt,
        completedAt,
        files,
      };
    }),
  };
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
