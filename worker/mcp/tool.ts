/** What the tools have in common: scope, input, and failures as results. */
import type {
  CallToolResult,
  McpServer,
  ServerContext,
  StandardSchemaWithJSON,
  ToolAnnotations,
} from "@modelcontextprotocol/server";
import type * as z from "zod";
import { refusalOfIssues } from "../api/invalid-request.ts";
import { problemOf, type Refusal, type Result } from "../api/problem.ts";
import { type Caller, hasScope, scopeMissing } from "../auth/caller.ts";
import type { Scope } from "../shared/api-keys.ts";
import { refusalOfError } from "../studio/refusal-of-error.ts";
import type { Deps } from "../use-cases/deps.ts";

export type ToolContext = { deps: Deps; caller: Caller; request: Request };

type Tool<T extends z.ZodType> = {
  name: string;
  title: string;
  description: string;
  scope: Scope;
  annotations: ToolAnnotations;
  input: T;
  run: (input: z.output<T>, call: ServerContext) => Promise<Result<CallToolResult>>;
};

/** A refusal is a result that the model can read, not an error of the protocol. */
export function addTool<T extends z.ZodType>(
  server: McpServer,
  { caller }: ToolContext,
  { name, scope, input, run, ...config }: Tool<T>,
): void {
  server.registerTool(name, { ...config, inputSchema: describedBy(input) }, async (args, call) => {
    try {
      if (!hasScope(caller, scope)) return failed(scopeMissing(scope).refusal);
      const parsed = await input.safeParseAsync(args);
      if (!parsed.success) return failed(refusalOfIssues(parsed.error.issues));
      const result = await run(parsed.data, call);
      return result.ok ? result.value : failed(result.refusal);
    } catch (error) {
      // The SDK would send the text of the exception.
      return failed(refusalOfError(error));
    }
  });
}

/** The JSON Schema of `input`. It accepts any value: `addTool` parses it, so that a wrong one has the API's code. */
function describedBy(input: z.ZodType): StandardSchemaWithJSON {
  const schema = input["~standard"] as StandardSchemaWithJSON["~standard"];
  return { "~standard": { ...schema, validate: (value: unknown) => ({ value }) } };
}

function failed(refusal: Refusal): CallToolResult {
  return {
    isError: true,
    content: [{ type: "text", text: `${refusal.code}: ${refusal.detail}` }],
    structuredContent: problemOf(refusal),
  };
}
