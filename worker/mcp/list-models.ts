import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { ok } from "../api/problem.ts";
import { listModels } from "../use-cases/models.ts";
import { addTool, type ToolContext } from "./tool.ts";

export function addModelTool(server: McpServer, context: ToolContext): void {
  addTool(server, context, {
    name: "list_models",
    title: "List models",
    description:
      "Lists the models of this studio and the options that each accepts. One is the default of generate_image.",
    scope: "read",
    annotations: { readOnlyHint: true, openWorldHint: false },
    input: z.strictObject({}),
    run: async () => {
      const { models } = await listModels(context.deps.env);
      const lines = models.map(
        (model) =>
          `${model.id}${model.default ? " (default)" : ""}: ${model.label}. Options: ${JSON.stringify(model.options)}`,
      );
      return ok({ content: [{ type: "text", text: lines.join("\n") }], structuredContent: { models } });
    },
  });
}
