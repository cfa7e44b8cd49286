/** A generation as the result of a tool: a thumbnail, links, and text. Never the original, which fills a model's context. */
import type { CallToolResult } from "@modelcontextprotocol/server";
import { type GenerationRecord, hasEnded, presentGeneration } from "../api/generation.ts";
import type { Generation } from "../api/schemas/generation.ts";
import { MAX_MCP_THUMBNAIL_BYTES } from "../config/limits.ts";
import { base64Of } from "../lib/base64.ts";
import { fileNameOf } from "../shared/file-name.ts";
import { mediaTypeOf } from "../shared/media-types.ts";
import { imagePath } from "../shared/pages.ts";
import { readThumbnail } from "../use-cases/images/find-output.ts";
import type { ToolContext } from "./tool.ts";

type Content = CallToolResult["content"];

export async function generationResult(
  { deps, caller }: ToolContext,
  record: GenerationRecord,
): Promise<CallToolResult> {
  const generation = presentGeneration(record, deps.origin);
  const thumbnail = await readThumbnail(deps, caller, record, MAX_MCP_THUMBNAIL_BYTES);
  return {
    content: [
      ...(thumbnail ? [imageOf(thumbnail)] : []),
      ...linksOf(record, generation, deps.origin),
      { type: "text", text: sentenceOf(record, generation, deps.origin) },
    ],
    structuredContent: { generation },
  };
}

function imageOf(bytes: ArrayBuffer): Content[number] {
  return { type: "image", data: base64Of(new Uint8Array(bytes)), mimeType: "image/webp" };
}

function linksOf(record: GenerationRecord, { outputs }: Generation, origin: string): Content {
  return outputs.map(({ url }, at) => {
    const { n, ext } = record.outputs[at] as GenerationRecord["outputs"][number];
    const mimeType = mediaTypeOf(ext);
    return {
      type: "resource_link",
      uri: origin + url,
      name: fileNameOf(record, n, mimeType),
      mimeType,
      description: "The original. Needs the same credentials as this server, or the user's session.",
    };
  });
}

function sentenceOf(record: GenerationRecord, generation: Generation, origin: string): string {
  const { id, status, error, outputs } = generation;
  if (!hasEnded(record)) {
    return `The image is not done yet (${status}). It continues without you. Call get_image with id "${id}" in about 20 seconds to get it.`;
  }
  if (status === "canceled") return `Image ${id} was canceled.`;
  if (status === "failed")
    return `Image ${id} failed. ${error?.code ?? "upstream_failed"}: ${error?.message ?? ""}`;
  const what = outputs.length === 1 ? "The image is done" : `${outputs.length} images are done`;
  return `${what}, id ${id}. In the user's studio: ${origin}${imagePath(id)}`;
}
