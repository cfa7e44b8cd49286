/** One MCP request, of the 2025 or the 2026 protocol. No state is kept between requests. */
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { version } from "../../package.json";
import { MAX_MCP_BODY_BYTES } from "../config/limits.ts";
import { log } from "../lib/log.ts";
import type { ToolContext } from "./tool.ts";
import { addGenerateTool } from "./generate-image.ts";
import { addImageTools } from "./images.ts";
import { addModelTool } from "./list-models.ts";

const INSTRUCTIONS =
  "Creates images from text in the user's image studio. generate_image returns when the image is done, or says how to ask again. Images stay in the user's gallery.";

/** Most values in the arguments of a call. */
const MAX_ARGUMENT_VALUES = 100;

export function serveMcp(request: Request, context: Omit<ToolContext, "request">): Promise<Response> {
  const handler = createMcpHandler(() => serverFor({ ...context, request }), {
    maxRequestBodySize: MAX_MCP_BODY_BYTES,
    // The tools never change: there is nothing to subscribe to.
    maxSubscriptions: 0,
    onerror: (error) => log("mcp_request_refused", { reason: error.name }),
  });
  return handler.fetch(request);
}

function serverFor(context: ToolContext): McpServer {
  const server = new McpServer(
    { name: "image-studio", title: "Image Studio", version, websiteUrl: context.deps.origin },
    {
      capabilities: { tools: { listChanged: false } },
      instructions: INSTRUCTIONS,
      maxToolInputElements: MAX_ARGUMENT_VALUES,
    },
  );
  addGenerateTool(server, context);
  addImageTools(server, context);
  addModelTool(server, context);
  return server;
}
