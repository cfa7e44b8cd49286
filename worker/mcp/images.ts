/** The tools about images that exist. */
import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { decodeCursor } from "../api/cursor.ts";
import { refusalOfIssues, UNKNOWN_MODEL } from "../api/invalid-request.ts";
import { ok, refuse } from "../api/problem.ts";
import { TOO_MANY_REQUESTS } from "../api/refusals.ts";
import { listQuery } from "../api/schemas/requests/generation.ts";
import { isKeyWithinRate } from "../lib/rate-limit.ts";
import { cancelGeneration } from "../use-cases/cancel.ts";
import { getGeneration } from "../use-cases/get.ts";
import { listGenerations, presentPage } from "../use-cases/list.ts";
import { isOffered, wasOffered } from "../use-cases/models.ts";
import { generationResult } from "./generation-result.ts";
import { addTool, type ToolContext } from "./tool.ts";

/** The filters of `GET /api/generations` as JSON values. A page is short, because a model reads it whole. */
const listInput = z.strictObject({
  ...listQuery.shape,
  limit: z.int().min(1).max(50).default(10),
  favorite: z.boolean().optional(),
  shared: z.boolean().optional(),
});

const imageInput = z.strictObject({ id: z.string().min(1).max(128) });

const READ_ONLY = { readOnlyHint: true, openWorldHint: false };

export function addImageTools(server: McpServer, context: ToolContext): void {
  const { deps, caller } = context;
  addTool(server, context, {
    name: "list_images",
    title: "List images",
    description:
      "Lists the user's images, newest first, without the files. Filters combine: `q` is found anywhere in the prompt, `seed:123` in it finds a seed; `from` and `to` are days (YYYY-MM-DD) or ISO 8601 instants. Pass `nextCursor` as `cursor` for the next page.",
    scope: "read",
    annotations: READ_ONLY,
    input: listInput,
    run: async ({ limit, cursor, ...filters }) => {
      const { model } = filters;
      if (model !== undefined && !isOffered(deps.env, model) && !(await wasOffered(deps.env, model))) {
        return { ok: false, refusal: refusalOfIssues([UNKNOWN_MODEL]) };
      }
      const position = cursor === undefined ? null : decodeCursor(cursor);
      if (cursor !== undefined && position === null) {
        return refuse("invalid_request", "cursor: not one of this list.");
      }
      if (!(await isKeyWithinRate(deps.env.RL_READ, caller.userId))) {
        return { ok: false, refusal: TOO_MANY_REQUESTS };
      }
      const listed = await listGenerations(deps, caller, { limit, position, filters });
      if (!listed.ok) return listed;
      const page = presentPage(listed.value, deps.origin);
      const lines = page.items.map(
        ({ id, status, createdAt, prompt }) => `${id} (${status}, ${createdAt}): ${prompt}`,
      );
      const next = page.nextCursor === null ? [] : [`More with cursor "${page.nextCursor}".`];
      const text = [...(lines.length === 0 ? ["No images."] : lines), ...next].join("\n");
      return ok({ content: [{ type: "text", text }], structuredContent: page });
    },
  });
  addTool(server, context, {
    name: "get_image",
    title: "Get an image",
    description:
      "Returns the state of an image, and when it is done its thumbnail and a link to the original.",
    scope: "read",
    annotations: READ_ONLY,
    input: imageInput,
    run: async ({ id }) => {
      const found = await getGeneration(deps, caller, id);
      return found.ok ? ok(await generationResult(context, found.value)) : found;
    },
  });
  addTool(server, context, {
    name: "cancel_generation",
    title: "Cancel a generation",
    description: "Cancels an image that is not done yet. It then no longer counts as generating.",
    scope: "generate",
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    input: imageInput,
    run: async ({ id }) => {
      const canceled = await cancelGeneration(deps, caller, id);
      return canceled.ok ? ok(await generationResult(context, canceled.value)) : canceled;
    },
  });
}
