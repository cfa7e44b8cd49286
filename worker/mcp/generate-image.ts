import type { McpServer, ServerContext } from "@modelcontextprotocol/server";
import { type GenerationRecord, hasEnded, presentStatus } from "../api/generation.ts";
import { refusalOfIssues, UNKNOWN_MODEL } from "../api/invalid-request.ts";
import { ok, refuse } from "../api/problem.ts";
import { generateBody, idempotencyKey } from "../api/schemas/requests/generation.ts";
import { MAX_CALL_WAIT_MS, MCP_WAIT_MS } from "../config/limits.ts";
import { defaultModel, settingsOf } from "../config/settings.ts";
import { logError, reasonOf } from "../lib/log.ts";
import { callStudio } from "../studio/client.ts";
import { generate } from "../use-cases/generate.ts";
import { isOffered } from "../use-cases/models.ts";
import { generationResult } from "./generation-result.ts";
import { addTool, type ToolContext } from "./tool.ts";

export function addGenerateTool(server: McpServer, context: ToolContext): void {
  const { deps, caller, request } = context;
  addTool(server, context, {
    name: "generate_image",
    title: "Generate an image",
    description:
      "Creates an image from a prompt. Only `prompt` is needed; the default model is used unless `model` names another of list_models, which also says what options a model accepts. Counts against the user's plan. Returns a thumbnail and a link when the image is done, usually in seconds; a slow one is fetched later with get_image.",
    scope: "generate",
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    input: generateBody,
    run: async ({ model = defaultModel(settingsOf(deps.env)).id, ...options }, call) => {
      if (!isOffered(deps.env, model)) return { ok: false, refusal: refusalOfIssues([UNKNOWN_MODEL]) };
      const key = idempotencyKey.nullable().safeParse(request.headers.get("idempotency-key"));
      if (!key.success) {
        return refuse("invalid_request", "Idempotency-Key: 1 to 128 printable ASCII characters.");
      }
      const command = { body: { ...options, model }, idempotencyKey: key.data };
      const created = await generate(deps, caller, command);
      if (!created.ok) return created;
      const ended = await waitForEnd(context, created.value, call);
      const result = await generationResult(context, ended);
      return ok({ ...result, isError: ended.status === "failed" });
    },
  });
}

/**
 * Waits until the generation has ended, at most `MCP_WAIT_MS`, and reports progress to the client. Returns the last
 * known state when the object cannot be reached or the user has deleted the generation.
 */
async function waitForEnd(
  { deps, caller }: ToolContext,
  created: GenerationRecord,
  { mcpReq }: ServerContext,
): Promise<GenerationRecord> {
  const startedAt = Date.now();
  let known = created;
  for (;;) {
    const left = startedAt + MCP_WAIT_MS - Date.now();
    if (hasEnded(known) || left <= 0 || mcpReq.signal.aborted) return known;
    await reportProgress(known, (Date.now() - startedAt) / 1000, mcpReq);
    const { status, progress } = known;
    const wait = { status, progress, ms: Math.min(left, MAX_CALL_WAIT_MS) };
    try {
      const next = await callStudio(deps.env, caller.userId, (studio) => studio.waitFor(created.id, wait));
      if (next === null || next === "busy") return known;
      known = next;
    } catch (error) {
      logError("wait_failed", { generation: created.id, reason: reasonOf(error) });
      return known;
    }
  }
}

/** Progress must increase with each notification, which Skytells' percentage may not: it is in the text. */
async function reportProgress(
  record: GenerationRecord,
  seconds: number,
  { _meta, notify }: ServerContext["mcpReq"],
): Promise<void> {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return;
  const status = presentStatus(record) === "queued" ? "Queued" : "Generating";
  const message = record.progress === null ? status : `${status}, ${Math.round(record.progress)} %`;
  await notify({
    method: "notifications/progress",
    params: { progressToken, progress: seconds, message },
  });
}
