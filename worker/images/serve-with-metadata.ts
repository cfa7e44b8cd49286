/** Serves a stored image with its prompt and settings in the file. */
import type { GenerationRecord, StoredOutput } from "../api/generation.ts";
import { findStyle } from "../shared/styles.ts";
import { embedMetadata, type ImageMetadata } from "./embed-metadata.ts";
import { SAFE_HEADERS } from "./serve.ts";

/**
 * Responds with the object at `key`, `headers` added; null if there is none. The bytes are those of this moment: no
 * ETag, and a Range is ignored. Throws if R2 does not respond.
 */
export async function serveWithMetadata(
  bucket: R2Bucket,
  key: string,
  { record, output }: { record: GenerationRecord; output: StoredOutput },
  request: Request,
  headers: Record<string, string>,
): Promise<Response | null> {
  const object = await bucket.get(key);
  if (!object) return null;
  const { ext, width, height } = output;
  const file = { body: object.body, size: object.size, ext, width, height };
  const { body, size } = await embedMetadata(file, metadataOf(record, output));
  const response = new Headers({ ...SAFE_HEADERS, ...headers, "content-length": String(size) });
  response.delete("accept-ranges");
  object.writeHttpMetadata(response);
  if (request.method === "HEAD") {
    await body.cancel();
    return new Response(null, { headers: response });
  }
  // Only with a stream of known length does the runtime send Content-Length.
  return new Response(body.pipeThrough(new FixedLengthStream(size)), { headers: response });
}

function metadataOf(
  { prompt, model, options, outputs, createdAt }: GenerationRecord,
  { n }: StoredOutput,
): ImageMetadata {
  const { negativePrompt, seed, aspectRatio, style } = options;
  const settings = {
    ...(negativePrompt !== undefined && { "Negative prompt": negativePrompt }),
    ...(seed !== undefined && { Seed: String(seed) }),
    Model: model,
    ...(aspectRatio !== undefined && { "Aspect ratio": aspectRatio }),
    ...(style !== undefined && { Style: findStyle(style)?.label ?? style }),
    // They share a seed.
    ...(outputs.length > 1 && { Image: `${n + 1} of ${options.count ?? outputs.length}` }),
  };
  return { prompt, settings, createdAt };
}
