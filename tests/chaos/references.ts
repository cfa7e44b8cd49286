/**
 * Reference images of the simulated users: images that they upload, and images that the studio has made for them. Skytells
 * must get the one that the click named.
 */
import { createHash } from "node:crypto";
import { encode } from "fast-png";
import type { Random } from "../../simulator/random.ts";
import { referenceUrls } from "../../simulator/reference.ts";
import type { Created, Evidence } from "./evidence.ts";
import type { Click } from "./users.ts";

/** What a click names as its reference image. */
export type ClickReference = {
  body: { upload: string } | { generation: string };
  /** Of the uploaded file. Null: the file is the generation's first output. */
  sha256: string | null;
};

const SIDE = 8;

/** A PNG whose pixels no other upload has. */
export function randomPng(random: Random): Uint8Array<ArrayBuffer> {
  const data = Uint8Array.from({ length: 3 * SIDE * SIDE }, () => Math.floor(random() * 256));
  return new Uint8Array(encode({ width: SIDE, height: SIDE, channels: 3, data }));
}

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Uploads an image and returns its id. Null: rejected, or no response. */
export async function upload(
  url: string,
  headers: Record<string, string>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string | null> {
  try {
    const response = await fetch(`${url}/api/uploads`, {
      method: "POST",
      headers: { ...headers, "content-type": "image/png" },
      body: bytes,
      signal: AbortSignal.timeout(30_000),
    });
    if (response.status !== 201) return null;
    return ((await response.json()) as { upload: { id: string } }).upload.id;
  } catch {
    return null;
  }
}

type Facts = { evidence: Evidence; uploads: Map<string, Set<string>> };

/** Requests for other images than the click named, and uploads in another user's folder. */
export function wrongReferences(
  { evidence, uploads }: Facts,
  clickOf: (one: Created) => Click | undefined,
): string[] {
  const ofClicks = evidence.created.flatMap((one) => {
    const click = clickOf(one);
    const [url] = referenceUrls(one.input);
    if (!click) return [];
    if ((url === undefined) !== (click.reference === null)) return [`${click.key} was sent with ${url}`];
    if (url === undefined || click.reference === null) return [];
    const { body, sha256 } = click.reference;
    const expected = "upload" in body ? [sha256] : outputDigests(evidence, body.generation);
    return evidence.references
      .filter((request) => request.url === url && request.status === 200)
      .filter((request) => !expected.includes(request.sha256))
      .map((request) => `${click.key} named ${JSON.stringify(body)}, Skytells got ${request.sha256}`);
  });
  const ofUploads = evidence.uploads
    .filter((file) => !uploads.get(file.userId)?.has(file.sha256))
    .map(({ key }) => `${key} was not sent by its user`);
  return [...ofClicks, ...ofUploads];
}

/** Of the first output, as the simulator has sent it. */
const outputDigests = ({ outputs }: Evidence, generation: string) =>
  Object.entries(outputs)
    .filter(([name]) => name.startsWith(`${generation}/0.`))
    .map(([, { sha256 }]) => sha256);
