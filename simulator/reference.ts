/** Fetches reference images as Skytells would: from the URL in the input, without a key, following redirects. */
import { createHash } from "node:crypto";
import { imageDimensionsFromData } from "image-dimensions";
import { REFERENCE_PROPERTIES, type Size } from "./models.ts";

export type Reference = Size & { bytes: Buffer; isPng: boolean };
/** One request for a reference image, in the ledger. `status` is null while there is no response. */
export type ReferenceEntry = {
  url: string;
  at: number;
  status: number | null;
  headers: Record<string, string>;
  sha256: string | null;
};
export type FetchedReference = { ok: true; reference: Reference } | { ok: false; reason: string };

const MAX_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 10_000;

/** The URLs of the input's reference images. */
export function referenceUrls(input: Record<string, unknown>): string[] {
  return REFERENCE_PROPERTIES.flatMap((name) => input[name] ?? []).filter((url) => typeof url === "string");
}

/** A copy of the input with other URLs: Skytells may show where it has put the images itself. */
export function withReferenceUrls(input: Record<string, unknown>, rewrite: (url: string) => string) {
  const rewritten = (value: unknown) =>
    Array.isArray(value) ? value.map((url) => rewrite(String(url))) : rewrite(String(value));
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) =>
      (REFERENCE_PROPERTIES as readonly string[]).includes(name) ? [name, rewritten(value)] : [name, value],
    ),
  );
}

/** Fetches `entry.url`, and records the response in the entry. */
export async function fetchReference(entry: ReferenceEntry): Promise<FetchedReference> {
  try {
    const response = await fetch(entry.url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    entry.status = response.status;
    entry.headers = Object.fromEntries(response.headers);
    const bytes = Buffer.from(await response.arrayBuffer());
    entry.sha256 = createHash("sha256").update(bytes).digest("hex");
    if (!response.ok) return { ok: false, reason: `The image could not be fetched: ${response.status}.` };
    const size = bytes.byteLength > MAX_BYTES ? undefined : imageDimensionsFromData(bytes);
    if (size === undefined) return { ok: false, reason: "The URL does not lead to an image." };
    const { width, height, type } = size;
    return { ok: true, reference: { width, height, bytes, isPng: type === "png" } };
  } catch (error) {
    return { ok: false, reason: `The image could not be fetched: ${String(error)}` };
  }
}
